"""What is sent to an endpoint, checked once before Gradio and the endpoint read it; independent of any endpoint.

Of a value that it cannot read itself Gradio tells nothing but `null`; here each ends in a sentence that names the
parameter. What is left out, or null, is the parameter's default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.widgets.wording import for_programs

LARGEST = 1e15  # of a number that is sent; none that is asked for comes near
SHOWN = 40  # characters of a value that a sentence repeats
NOT_READ = (ValueError, TypeError, LookupError, AttributeError, OSError)  # Gradio's, of a value that it cannot read


def check_calls(demo: gr.Blocks) -> None:
    """Have every call to a page checked; before it is served."""
    read = demo.preprocess_data

    async def checked(block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False) -> Any:
        try:
            sent = values(block_fn.inputs, inputs) if block_fn.api_visibility == "public" else inputs
            return await read(block_fn, sent, state, explicit_call)
        except RnnlabError as error:
            raise gr.Error(for_programs(str(error)), print_exception=False) from error
        except NOT_READ as error:
            raise gr.Error(_unreadable(block_fn.inputs, inputs), print_exception=False) from error

    demo.preprocess_data = checked  # type: ignore[method-assign]


def values(parameters: Sequence[Any], sent: Sequence[Any]) -> list[Any]:
    """The values of all parameters, in their order.

    Args:
        parameters: the components that stand for them, labelled with their names.
        sent: as JSON; None, and what is missing at the end, is the parameter's default.

    Raises:
        RnnlabError: there are more values than parameters, or one is not of its parameter's kind.
    """
    if len(sent) > len(parameters):
        names = ", ".join(str(one.label) for one in parameters)
        raise RnnlabError(
            f"{len(sent)} values were sent, but {len(parameters)} are read ({names}); leave out the others."
        )
    whole = [*sent, *[None] * (len(parameters) - len(sent))]
    return [_value(parameter, one) for parameter, one in zip(parameters, whole, strict=True)]


def _value(parameter: Any, sent: Any) -> Any:
    if sent is None:
        return None if isinstance(parameter, gr.File) else parameter.value
    wanted = next((due for kind, due in _DUE.items() if isinstance(parameter, kind)), None)
    if wanted is not None and (words := wanted(parameter, sent)):
        instead = "" if isinstance(parameter, gr.File) else f", not {_shown(sent)}"  # no path is spoken of
        raise RnnlabError(f"{parameter.label} must be {words}{instead}.")
    return sent


def _text(parameter: Any, sent: Any) -> str:
    if isinstance(sent, str):
        half = any("\ud800" <= one <= "\udfff" for one in sent)
        return "a text of whole characters" if half else ""
    return "" if _is_number(sent) else "a text"  # a number stands for its digits


def _number(parameter: Any, sent: Any) -> str:
    if not _is_number(sent):
        out_of_bounds = isinstance(sent, (int, float)) and not isinstance(sent, bool)
        return f"a number between -{LARGEST:g} and {LARGEST:g}" if out_of_bounds else "a number"
    return "a whole number" if parameter.precision == 0 and sent != int(sent) else ""


def _switch(parameter: Any, sent: Any) -> str:
    return "" if isinstance(sent, int) and sent in (0, 1) else "true or false"


def _file(parameter: Any, sent: Any) -> str:
    fits = isinstance(sent, dict) and isinstance(sent.get("path"), str)
    return "" if fits else "an uploaded file, as gradio_client's handle_file sends it"


_DUE: dict[type, Any] = {gr.Textbox: _text, gr.Number: _number, gr.Checkbox: _switch, gr.File: _file}


def _is_number(sent: Any) -> bool:
    return isinstance(sent, (int, float)) and not isinstance(sent, bool) and abs(sent) <= LARGEST


def _shown(sent: Any) -> str:
    """A value as a sentence repeats it, in ASCII and short."""
    if isinstance(sent, (dict, list)):
        return "an object" if isinstance(sent, dict) else "a list"
    written = ascii(sent)
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}…"


def _unreadable(parameters: Sequence[Any], sent: Sequence[Any]) -> str:
    """What to say of values that Gradio cannot read: of a file, that it was not uploaded here."""
    for parameter, one in zip(parameters, sent, strict=False):
        if isinstance(parameter, gr.File) and one is not None:
            name = parameter.label or "The file"
            return f"{name} was not uploaded to this page; upload it, then send the path that the upload returns."
    return "A value that was sent cannot be read; send the values that the page's API lists."
