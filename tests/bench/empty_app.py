"""The least that Streamlit can show: what a page's start is measured against."""

import streamlit as st

st.title("Empty")
