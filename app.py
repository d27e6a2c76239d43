"""Pullscope in the browser: `streamlit run app.py`."""

from simulator.pages import run

run()
