"""The script that Streamlit runs for `pullscope app`, as `app.py` is for `streamlit run`."""

if __name__ == "__main__":
    from simulator.web.pages import run

    run()
