"""The completion scripts of the shells."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from kustui.commands.grammar import Command, Option, Takes


def bash(commands: Sequence[Command]) -> str:
    """That of bash 4 or later."""
    named = [command.name for command in commands if command.name]
    return f"""\
# Completion of kustui for bash: source <(kustui completion bash)
_kustui_words() {{ COMPREPLY=($(compgen -W "$1" -- "$cur")); }}
_kustui_list() {{
    local before=
    [[ $cur == *,* ]] && before=${{cur%,*}},
    COMPREPLY=($(compgen -P "$before" -W "$1" -- "${{cur##*,}}"))
    compopt -o nospace
}}
_kustui_files() {{ local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); }}
_kustui_workflows() {{
    local name word paths=()
    for word in "${{COMP_WORDS[@]:2}}"; do [[ $word != -* && -e $word ]] && paths+=("$word"); done
    while IFS= read -r name; do
        [[ $name == "$cur"* ]] && COMPREPLY+=("$name")
    done < <(kustui completion --workflows "${{paths[@]}}" 2>/dev/null)
}}
_kustui() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command=
    COMPREPLY=()
    [[ $cur == = ]] && cur=
    [[ $prev == = ]] && prev=${{COMP_WORDS[COMP_CWORD-2]}}
    [[ ${{COMP_WORDS[COMP_CWORD]}} == = ]] && prev=${{COMP_WORDS[COMP_CWORD-1]}}
    if ((COMP_CWORD > 1)); then
        case ${{COMP_WORDS[1]}} in {"|".join(named)}) command=${{COMP_WORDS[1]}} ;; esac
    fi
    case $command,$prev in
{_lines(_bash_values(commands), 8)}
    esac
    case $command in
{_lines(_bash_commands(commands), 8)}
    esac
    if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then
        COMPREPLY+=($(compgen -W {shlex.quote(" ".join(named))} -- "$cur"))
    fi
}}
complete -o filenames -F _kustui kustui
"""


def _bash_values(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        for option in command.options:
            if option.takes is not Takes.NOTHING:
                cases = "|".join(f"{command.name},{name}" for name in option.names)
                yield f"{cases}) {_bash_value(option)}; return ;;"


def _bash_value(option: Option) -> str:
    match option.takes:
        case Takes.WORDS:
            return f"_kustui_words {shlex.quote(' '.join(option.words))}"
        case Takes.LIST:
            return f"_kustui_list {shlex.quote(' '.join(option.words))}"
        case Takes.FILE:
            return "_kustui_files"
        case Takes.WORKFLOW:
            return "_kustui_workflows"
    return ":"


def _bash_commands(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        options = " ".join(name for option in command.options for name in option.names)
        yield f"{command.name or chr(39) * 2})"
        yield f"    if [[ $cur == -* ]]; then _kustui_words {shlex.quote(options)}"
        yield f"    else {_bash_value(command.place)}; fi ;;"


def zsh(commands: Sequence[Command]) -> str:
    """That of zsh, to be sourced or put on its fpath as ``_kustui``."""
    named = [command for command in commands if command.name]
    words = " ".join(_zsh_quoted(f"{command.name}:{command.help}") for command in named)
    return f"""\
#compdef kustui
# Completion of kustui for zsh: source <(kustui completion zsh), after compinit
_kustui_workflows() {{
    local -a names paths
    local word
    for word in ${{(Q)line}}; do [[ $word != -* && -e $word ]] && paths+=($word); done
    names=(${{(f)"$(kustui completion --workflows $paths 2>/dev/null)"}})
    compadd -a names
}}
_kustui_first() {{
    local -a commands=({words})
    _describe -t commands command commands
    _files
}}
_kustui() {{
    local command= curcontext=$curcontext state
    local -a line
    if ((CURRENT > 2)); then
        case ${{words[2]}} in
            {"|".join(command.name for command in named)}) command=${{words[2]}}; shift words; ((CURRENT--)) ;;
        esac
    fi
    line=(${{words[2,-1]}})
    case $command in
{_lines(_zsh_commands(commands), 8)}
    esac
}}
compdef _kustui kustui
"""


def _zsh_commands(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        yield f"{command.name or chr(39) * 2}) _arguments -s -S \\"
        for option in command.options:
            yield from (f"    {each} \\" for each in _zsh_option(option))
        place = "_kustui_first" if not command.name else _zsh_values(command.place)
        yield f"    {_zsh_quoted(f'*:{_zsh_plain(command.place.help)}:{place}')} ;;"


def _zsh_option(option: Option) -> Iterator[str]:
    for name in option.names:
        others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
        spec = f"{others}{'*' if option.takes is Takes.LIST else ''}{name}[{_zsh_plain(option.help)}]"
        if option.takes is not Takes.NOTHING:
            spec += f":{name.lstrip('-')}:{_zsh_values(option)}"
        yield _zsh_quoted(spec)


def _zsh_values(option: Option) -> str:
    match option.takes:
        case Takes.WORDS:
            return f"({' '.join(option.words)})"
        case Takes.LIST:
            return f"_values -s , rules {' '.join(option.words)}"
        case Takes.FILE:
            return "_files"
        case Takes.WORKFLOW:
            return "_kustui_workflows"
    return " "


def _zsh_plain(text: str) -> str:
    """A text in which nothing means anything to ``_arguments``."""
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def fish(commands: Sequence[Command]) -> str:
    """That of fish 3 or later."""
    named = [command.name for command in commands if command.name]
    return f"""\
# Completion of kustui for fish: kustui completion fish > ~/.config/fish/completions/kustui.fish
function __kustui_workflows
    set -l paths
    for word in (commandline -opc)[3..]
        test -e "$word"; and set -a paths $word
    end
    kustui completion --workflows $paths 2>/dev/null
end
function __kustui_command
    set -l words (commandline -opc)
    contains -- "$words[2]" {" ".join(named)}; and echo $words[2]
end
{_lines(_fish_lines(commands), 0)}
"""


def _fish_lines(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        if command.name:
            first = _fish_quoted("test (count (commandline -opc)) -eq 1")
            yield f"complete -c kustui -n {first} -a {command.name} -d {_fish_quoted(command.help)}"
        mine = _fish_quoted(f'test "$(__kustui_command)" = "{command.name}"')
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            told = _fish_quoted(option.help)
            yield f"complete -c kustui -n {mine} {names} {_fish_values(option)}-d {told}"
        if command.place.takes is not Takes.FILE:
            yield f"complete -c kustui -n {mine} {_fish_values(command.place)}".rstrip()


def _fish_values(option: Option) -> str:
    match option.takes:
        case Takes.WORDS:
            return f"-x -a {_fish_quoted(' '.join(option.words))} "
        case Takes.LIST:
            return f"-x -a {_fish_quoted(f'(__fish_append , {chr(32).join(option.words)})')} "
        case Takes.FILE:
            return "-r -F "
        case Takes.WORKFLOW:
            return f"-x -a {_fish_quoted('(__kustui_workflows)')} "
        case Takes.ANYTHING:
            return "-x "
    return ""


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _lines(lines: Iterable[str], indent: int) -> str:
    return "\n".join(" " * indent + line for line in lines)
