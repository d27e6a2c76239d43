"""The least that asks and answers: what learners' answers are measured against."""

import streamlit as st

chosen = st.radio("Which?", ["a", "b", "c", "d"], index=None)
if st.button("Answer"):
    st.success(str(chosen))
