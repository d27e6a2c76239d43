"""Pullscope in the browser: `streamlit run app.py`.

Streamlit imports this file once, as the server starts, and runs it as a script for each page.
"""

import streamlit as st
from starlette.middleware import Middleware

from simulator.web.document import Document
from simulator.web.pages import prepare, run

if __name__ == "__main__":
    run()
else:
    prepare()  # before the first page is asked for, which is then as quick as the next ones
    app = st.App(__file__, middleware=[Middleware(Document)])
