#!/bin/sh
# Writes the shells' completions for every program from its option table (--dump-options).
#
# usage: scripts/gen-completions.sh BIN_FOLDER OUT_FOLDER
#   OUT_FOLDER/bash/NAME, OUT_FOLDER/zsh/_NAME, OUT_FOLDER/fish/NAME.fish
set -eu

bin=$1
out=$2
mkdir -p "$out/bash" "$out/zsh" "$out/fish"

# A row of the dump: short, long, argument, choices by commas, configuration key, "file", "folder"
# or "command", help; separated by tabs. What may stand after an option is asked of the row.
bash_of() {
    awk -F '\t' -v name="$1" '
    $6 == "command" { commands = commands sep $2; sep = " "; next }
    {
        words = words " --" $2
        if ($1 != "")
            words = words " -" $1
        if ($3 == "")
            next
        cases = cases "    " ($1 != "" ? "-" $1 " | " : "") "--" $2 ")\n"
        choices = $4
        gsub(",", " ", choices)
        if (choices != "")
            cases = cases "        COMPREPLY=($(compgen -W \"" choices "\" -- \"$cur\"))\n"
        else if ($6 != "") {
            cases = cases "        compopt -o filenames\n"
            cases = cases "        mapfile -t COMPREPLY < <(compgen -" ($6 == "file" ? "f" : "d") " -- \"$cur\")\n"
        }
        cases = cases "        return\n        ;;\n"
    }
    END {
        identifier = name
        gsub("-", "_", identifier)
        print "# bash completion for " name ", written by scripts/gen-completions.sh"
        print "_" identifier "()\n{"
        print "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}"
        print "    COMPREPLY=()"
        print "    # --name=value comes as three words."
        print "    if [[ $cur == \"=\" ]]; then"
        print "        cur="
        print "    elif [[ $prev == \"=\" ]]; then"
        print "        prev=${COMP_WORDS[COMP_CWORD - 2]}"
        print "    fi"
        print "    case $prev in"
        printf "%s", cases
        print "    esac"
        print "    if [[ $cur == -* ]]; then"
        print "        COMPREPLY=($(compgen -W \"" substr(words, 2) "\" -- \"$cur\"))"
        print "        return"
        print "    fi"
        if (commands != "") {
            print "    if ((COMP_CWORD == 1)); then"
            print "        COMPREPLY=($(compgen -W \"" commands "\" -- \"$cur\"))"
            print "        return"
            print "    fi"
        }
        print "    compopt -o filenames"
        print "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"
        print "}"
        print "complete -F _" identifier " " name
    }'
}

zsh_of() {
    awk -F '\t' -v name="$1" '
    function quoted(text) {
        gsub(/\\/, "\\\\", text)
        gsub(/[\]\[:]/, "\\\\&", text)
        gsub(/\047/, "\047\\\047\047", text)
        return text
    }
    $6 == "command" { commands = commands " " $2 "\\:\"" quoted($7) "\""; next }
    {
        value = ""
        if ($3 != "") {
            choices = $4
            gsub(",", " ", choices)
            value = ":" quoted($3) ":" (choices != "" ? "(" choices ")" : \
                $6 == "file" ? "_files" : $6 == "folder" ? "_files -/" : " ")
        }
        help = "[" quoted($7) "]" value "\047"
        many = $3 != "" ? "*" : ""
        long = "--" $2 ($3 != "" ? "=" : "")
        if ($1 == "")
            rows = rows "    \047" many long help " \\\n"
        else if (many != "")
            rows = rows "    \\*{-" $1 "+," long "}\047" help " \\\n"
        else
            rows = rows "    \047(-" $1 " --" $2 ")\047{-" $1 "," long "}\047" help " \\\n"
    }
    END {
        print "#compdef " name
        print "# zsh completion for " name ", written by scripts/gen-completions.sh"
        print "_arguments -s -S \\"
        printf "%s", rows
        if (commands != "")
            print "    \0471:command:((" substr(commands, 2) "))\047 \\"
        print "    \047*:file:_files\047"
    }'
}

fish_of() {
    awk -F '\t' -v name="$1" '
    function quoted(text) {
        gsub(/\\/, "\\\\", text)
        gsub(/\047/, "\\\047", text)
        return "\047" text "\047"
    }
    BEGIN { print "# fish completion for " name ", written by scripts/gen-completions.sh" }
    $6 == "command" {
        print "complete -c " name " -n __fish_use_subcommand -f -a " $2 " -d " quoted($7)
        next
    }
    {
        value = ""
        if ($3 != "") {
            choices = $4
            gsub(",", " ", choices)
            value = choices != "" ? " -x -a " quoted(choices) : $6 == "file" ? " -r -F" : \
                $6 == "folder" ? " -x -a \047(__fish_complete_directories)\047" : " -x"
        }
        print "complete -c " name ($1 != "" ? " -s " $1 : "") " -l " $2 value " -d " quoted($7)
    }'
}

for program in "$bin"/img-*; do
    name=$(basename "$program")
    # img-decode is private: nobody types it.
    [ "$name" != img-decode ] || continue
    dump=$("$program" --dump-options)
    printf '%s\n' "$dump" | bash_of "$name" >"$out/bash/$name"
    printf '%s\n' "$dump" | zsh_of "$name" >"$out/zsh/_$name"
    printf '%s\n' "$dump" | fish_of "$name" >"$out/fish/$name.fish"
done
