"""The page's colours, sizes and fonts, the system's own, as Gradio takes them; independent of any content."""

from __future__ import annotations

from gradio.themes import Base
from gradio.themes.utils import colors, sizes

ACCENT = colors.Color(
    name="rnnlab",
    c50="#eef6fc",
    c100="#d8eaf7",
    c200="#b5d6ef",
    c300="#85bbe3",
    c400="#529bd2",
    c500="#2b7bba",
    c600="#2369a2",
    c700="#1d5684",
    c800="#194868",
    c900="#153a55",
    c950="#0d2538",
)
SYSTEM = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
# Of Gradio's variables, those that are ours; dark ones beside them.
LOOK = """
body_background_fill = #ffffff
body_background_fill_dark = #111215
background_fill_primary = #ffffff
background_fill_primary_dark = #17181c
background_fill_secondary = #fafafa
background_fill_secondary_dark = #17181c
block_background_fill = transparent
block_background_fill_dark = transparent
block_border_width = 0px
block_padding = 0px
block_info_text_color = #5d606a
block_info_text_color_dark = #a2a6b0
block_title_text_weight = 500
block_title_text_color = #26272b
block_title_text_color_dark = #d9dbe0
button_large_text_weight = 500
button_medium_text_weight = 500
block_shadow = none
block_label_background_fill = transparent
block_label_background_fill_dark = transparent
border_color_primary = #e4e4e7
border_color_primary_dark = #2c2d33
input_background_fill = #ffffff
input_background_fill_dark = #1b1c21
input_border_color = #d4d4d8
input_border_color_dark = #3a3b42
input_border_width = 1px
input_shadow = none
input_shadow_focus = 0 0 0 3px color-mix(in srgb, #2b7bba 25%, transparent)
input_border_color_focus = #2b7bba
input_border_color_focus_dark = #529bd2
button_primary_background_fill = #2369a2
button_primary_background_fill_hover = #1d5684
button_primary_background_fill_dark = #2b7bba
button_primary_background_fill_hover_dark = #2369a2
button_primary_text_color = #ffffff
button_secondary_background_fill = transparent
button_secondary_background_fill_dark = transparent
button_secondary_border_color = #d4d4d8
button_secondary_border_color_dark = #3a3b42
button_border_width = 1px
slider_color = #2b7bba
slider_color_dark = #529bd2
"""


def theme() -> Base:
    """One accent, one neutral, system fonts, thin lines instead of boxes."""
    made = Base(
        primary_hue=ACCENT,
        secondary_hue=ACCENT,
        neutral_hue=colors.zinc,
        text_size=sizes.text_md,
        radius_size=sizes.radius_md,
        spacing_size=sizes.spacing_md,
        font=SYSTEM,
        font_mono=MONO,
    )
    return made.set(**dict(line.split(" = ") for line in LOOK.strip().splitlines()))
