#!/bin/sh
# One night of a forward ledger: commit forecasts before the next open, then score what has come.
#   SPACE    owner/name of the Space whose code and checkpoints are used
#   LEDGER   owner/name of the ledger, a dataset repository
#   SERIES   tickers or price files with prices up to the last close, separated by spaces
#   HF_TOKEN a token that may write to LEDGER
# docs/ledger.md shows how to schedule it.
set -e
pip install -q --disable-pip-version-check huggingface_hub==2.4.0
hf download "$SPACE" --repo-type space --local-dir code --quiet > /dev/null
cd code
grep -Ev '^(gradio|plotly)' requirements.txt > pins.txt
pip install -q --disable-pip-version-check -r pins.txt arch==8.0.0
status=0
# shellcheck disable=SC2086  # several series
python -m rnnlab ledger commit --data $SERIES --repo "$LEDGER" || status=$?
python -m rnnlab ledger score --data $SERIES --repo "$LEDGER" --publish || status=$?
exit $status
