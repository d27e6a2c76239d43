"""Accounts of *Your own docker*, for several processes; and the docker that a seat shows.

Of a session's id and of its password there are hashes only. A migration says what was, once and
for all: it does not import today's tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    docker = sa.Column("docker", sa.String(40), nullable=False, server_default="")
    op.add_column("room_seat", docker)
    op.create_table(
        "account",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("hashed", sa.String(128), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("begun", sa.Double, nullable=False),
        sa.Column("active", sa.Double, nullable=False),
        sa.Column("proven", sa.Text, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("lesson", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
