"""What Streamlit shows: pages and components."""
