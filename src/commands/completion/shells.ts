/**
 * What each shell runs: it asks `prune-lab completion words` for what may stand at the cursor, and completes files where
 * there is nothing.
 */
export const SHELLS: Readonly<Record<string, string>> = {
  bash: `_prune_lab() {
  local IFS=$'\\n'
  COMPREPLY=($(prune-lab completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _prune_lab prune-lab
`,
  zsh: `#compdef prune-lab
_prune_lab() {
  local -a found
  found=("\${(@f)$(prune-lab completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -Q -- "\${found[@]}"; else _files; fi
}
if [ "$funcstack[1]" = "_prune_lab" ]; then _prune_lab "$@"; else compdef _prune_lab prune-lab; fi
`,
  fish: `function __prune_lab
  set -l words (commandline -opc) (commandline -ct)
  prune-lab completion words -- $words[2..-1] 2>/dev/null
end
complete -c prune-lab -a '(__prune_lab)'
`,
};
