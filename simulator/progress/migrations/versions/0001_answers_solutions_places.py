"""Learners with their answers, solutions and place.

A migration says what was, once and for all: it does not import today's tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def of_learner() -> "sa.Column[str]":
    owner = sa.ForeignKey("learner.id", ondelete="CASCADE")
    return sa.Column("learner", sa.String(64), owner, primary_key=True)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "learner",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created_at", moment, nullable=False),
    )
    op.create_table(
        "answer",
        of_learner(),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("objective", sa.String(200), nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("sure", sa.SmallInteger),
        sa.Column("hints", sa.SmallInteger, nullable=False),
    )
    op.create_table(
        "solution",
        of_learner(),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("challenge", sa.String(200), nullable=False),
        sa.Column("commands", sa.Integer, nullable=False),
    )
    op.create_table(
        "place",
        of_learner(),
        sa.Column("at", moment, nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
    )
