"""The rooms of the page as Gradio components: the only modules here that load Gradio, and only when a page is built."""
