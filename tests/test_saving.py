"""Files that the page gives; where none can be written the answer comes without."""

import pytest

from rnnlab.tasks.forecast.page.forecast_view import answer
from rnnlab.tasks.forecast.page.request import Asked, Source
from rnnlab.widgets.saving import own_file, write_text


def test_each_file_lies_in_a_folder_of_its_own_under_a_plain_name(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    paths = {own_file("../my file/é", ".csv", lambda path: path.write_text("x")) for _ in range(2)}
    assert len(paths) == 2
    assert all(path.startswith(str(tmp_path)) and path.endswith("/..-my-file-é.csv") for path in paths)


@pytest.mark.filterwarnings("ignore:This machine has no room")
def test_where_no_file_can_be_written_the_answer_comes_without(monkeypatch, tmp_path):
    (tmp_path / "full").write_text("")
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "full"))
    assert write_text("doyle", ["a"]) is None
    found = answer(Asked(Source("AAPL"), "stocks"))
    assert found.table is None
    assert "AAPL" in found.verdict
