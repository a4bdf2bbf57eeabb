"""The page: gradio and plotly over rnnlab.service; knows nothing of torch or file formats."""
