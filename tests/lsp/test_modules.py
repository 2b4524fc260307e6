"""An editor and the language server, over modules."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tests.support.editor import editing

_STEPS = """exports.steps = [
  { id: 'aA1', action: 'kustomer.x', transitions: [{ target: 'bB2', condition: ALWAYS }] },
  { id: 'bB3', action: 'kustomer.x', transitions: [] },
];
const ALWAYS = { op: 'true', values: [true] };
"""
_APP = """const { steps } = require('./steps');
const FIRST = 'aA1';

module.exports = {
  name: 'W',
  trigger: {
    eventName: 'kustomer.message.create',
    transitions: [{ target: FIRST, condition: { op: 'true', values: [true] } }],
  },
  steps,
};
"""


async def test_a_module_is_answered_for_where_each_value_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.js").write_text(_APP)
    (folder / "steps.js").write_text(_STEPS)
    async with editing(folder) as editor:
        editor.open("app.js")
        editor.open("steps.js")
        (wrong,) = await editor.rules("steps.js", ["unknown-target"])
        assert editor.text_of("steps.js", wrong.range) == "'bB2'"
        editor.replace("steps.js", "'bB2'", "'bB3'")
        await editor.rules("steps.js", [])
        renamed = await editor.ask(
            editor.text_document_rename_async(
                types.RenameParams(
                    editor.document("app.js"),
                    editor.at("app.js", "target: FI|RST", types.HoverParams).position,
                    "first",
                )
            )
        )
        assert renamed is not None
        after = editor.apply(renamed)
        assert after["app.js"] == _APP.replace("'aA1'", "'first'")
        assert "{ id: 'first', action" in after["steps.js"]
        editor.replace("app.js", "  name: 'W',", "  name: 'W' x,")
        (fault,) = await editor.rules("app.js", ["invalid-json"])
        assert fault.range.start.line == 4
