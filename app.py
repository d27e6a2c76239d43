"""Pullscope in the browser: `streamlit run app.py`."""

from simulator.web.pages import run

run()
