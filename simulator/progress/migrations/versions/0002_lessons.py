"""Answers, solutions and places belong to a lesson; so far there was one.

A migration says what was, once and for all: it does not import today's tables.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONLY = "pulling-from-private-registries"
"""The lesson of all that was kept before there were several."""


def owner() -> "list[sa.Column[str]]":
    learner = sa.ForeignKey("learner.id", ondelete="CASCADE")
    return [
        sa.Column("learner", sa.String(64), learner, primary_key=True),
        sa.Column("lesson", sa.String(100), primary_key=True),
    ]


def key() -> "sa.Column[str]":
    return sa.Column("key", sa.String(200), primary_key=True)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    rebuilt(
        "answer",
        key(),
        sa.Column("at", moment, nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("objective", sa.String(200), nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("sure", sa.SmallInteger),
        sa.Column("hints", sa.SmallInteger, nullable=False),
    )
    rebuilt(
        "solution",
        key(),
        sa.Column("at", moment, nullable=False),
        sa.Column("challenge", sa.String(200), nullable=False),
        sa.Column("commands", sa.Integer, nullable=False),
    )
    rebuilt(
        "place",
        sa.Column("at", moment, nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
    )


def rebuilt(name: str, *columns: "sa.Column[Any]") -> None:
    """The table with the lesson in its primary key, and all its rows. SQLite cannot change a
    primary key in place."""
    made = op.create_table(f"{name}_of_lesson", *owner(), *columns)
    kept = [column.name for column in columns]
    before = sa.table(name, *map(sa.column, ["learner", *kept]))
    rows = sa.select(before.c.learner, sa.literal(ONLY), *(before.c[one] for one in kept))
    op.execute(sa.insert(made).from_select(["learner", "lesson", *kept], rows))
    op.drop_table(name)
    op.rename_table(f"{name}_of_lesson", name)
