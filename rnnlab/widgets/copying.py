"""What the page's copy buttons do in the browser; independent of any layout."""

from __future__ import annotations

import json

# Off a secure address browsers give no clipboard: there the words are shown, selected, to be copied by hand.
_GIVE = """
  const give = (words) => navigator.clipboard ? navigator.clipboard.writeText(words) : prompt('Copy this:', words);
  const say = (words) => { const button = document.activeElement; button.dataset.said = words;
    setTimeout(() => delete button.dataset.said, 2000); };
"""
COPY_TEXT = f"""() => {{{_GIVE}
  give([...document.querySelectorAll('.written')].map(sheet => sheet.innerText).join('\\n\\n')); say('Copied');
}}"""


def copy_link(place: str) -> str:
    """The script that copies the link that a place on the page holds, or says why there is none.

    Args:
        place: a CSS selector of what holds it as data-link.
    """
    return f"""() => {{{_GIVE}
  const link = document.querySelector({json.dumps(place + " [data-link]")})?.dataset.link;
  if (!link) return say('Private: no link');
  give(location.origin + location.pathname + link); say('Copied');
}}"""


# Gradio's sign-in comes back to what stands after the address's first "=", so the whole of the link is put there.
REMEMBER_CHOSEN = """() => {
  const link = document.querySelector('#chosen [data-link]')?.dataset.link || '?tab=checkpoints';
  history.replaceState(null, '', '?tab=' + encodeURIComponent(link.slice('?tab='.length)));
}"""
