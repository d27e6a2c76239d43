"""A class that votes: alone, discusses, votes again, and sees why.

`table` is the whole map of a room's phases, `step` moves a room through it, and `view` is what a
seat, the projector or the teacher's desk may see of it (all pure). `store` keeps rooms, `rooms`
runs them, `asgi` serves seats and projector. No Streamlit in here.
"""
