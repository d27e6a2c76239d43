"""In place of a learner's name is its SHA-256: a reader of the database cannot act as a learner.

Names from cookies have 32 characters. Those of signed-in users were hashed from the start.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = 32
"""Characters of a name; a hash has 64."""
OWNED = ("answer", "solution", "place")


def upgrade() -> None:
    connection = op.get_bind()
    learner = sa.table("learner", sa.column("id"), sa.column("created_at"))
    named = sa.select(learner).where(sa.func.length(learner.c.id) == NAME)
    for name, began in connection.execute(named).all():
        hashed = hashlib.sha256(name.encode()).hexdigest()
        connection.execute(sa.insert(learner).values(id=hashed, created_at=began))
        for table in OWNED:
            owned = sa.table(table, sa.column("learner"))
            moved = sa.update(owned).where(owned.c.learner == name).values(learner=hashed)
            connection.execute(moved)
        connection.execute(sa.delete(learner).where(learner.c.id == name))
