"""Rooms of a class: their state, the numbers of their seats, and the votes.

No address, no name and no time of a vote is kept. A migration says what was, once and for all: it
does not import today's tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def of_room() -> "sa.Column[str]":
    owner = sa.ForeignKey("room.id", ondelete="CASCADE")
    return sa.Column("room", sa.String(32), owner, primary_key=True)


def upgrade() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("closes_at", sa.Double),
        sa.Column("items", sa.Text, nullable=False),
    )
    op.create_table(
        "room_seat",
        of_room(),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("taken", sa.Boolean, nullable=False),
    )
    op.create_table(
        "room_vote",
        of_room(),
        sa.Column("item", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("round", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("option", sa.SmallInteger, nullable=False),
        sa.Column("sure", sa.Boolean, nullable=False),
    )
