# bash completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.

# What follows command $1: its options, its operands by position, and what there may be $more of.
_domaincheck_command() {
    case $1 in
        'domaincheck')
            options='--config -q --quiet -v --verbose -V --version -h --help'
            operands=('check demo registries') more='@text'
            ;;
        'domaincheck check')
            options='-f --file --tls --no-tls --domain --no-domain -t --threshold --critical -j --jobs --timeout --retries --format --json -o --output --sort --exit-zero --progress --no-progress --ca-file --servername -4 -6 --client-cert --client-key --resolve --registry --rdap-url --whois-server --no-cache --refresh -h --help'
            operands=() more='@text'
            ;;
        'domaincheck demo')
            options='--format --json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck registries')
            options='-h --help'
            operands=('show refresh') more='@text'
            ;;
        'domaincheck registries show')
            options='-h --help'
            operands=('@text') more='@text'
            ;;
        'domaincheck registries refresh')
            options='--url -h --help'
            operands=() more='@text'
            ;;
        *) return 1 ;;
    esac
}

# What option $2 of command $1 takes, and the spellings that are not to be offered after it.
_domaincheck_option() {
    value= same=
    case "$1 $2" in
        'domaincheck --config') value='@file' same='--config' ;;
        'domaincheck -q' | 'domaincheck --quiet') same='-q --quiet' ;;
        'domaincheck -v' | 'domaincheck --verbose') : ;;
        'domaincheck -V' | 'domaincheck --version') same='-V --version' ;;
        'domaincheck -h' | 'domaincheck --help') same='-h --help' ;;
        'domaincheck check -f' | 'domaincheck check --file') value='@file' ;;
        'domaincheck check --tls' | 'domaincheck check --no-tls') same='--tls --no-tls' ;;
        'domaincheck check --domain' | 'domaincheck check --no-domain') same='--domain --no-domain' ;;
        'domaincheck check -t' | 'domaincheck check --threshold') value='@text' same='-t --threshold' ;;
        'domaincheck check --critical') value='@text' same='--critical' ;;
        'domaincheck check -j' | 'domaincheck check --jobs') value='@text' same='-j --jobs' ;;
        'domaincheck check --timeout') value='@text' same='--timeout' ;;
        'domaincheck check --retries') value='@text' same='--retries' ;;
        'domaincheck check --format') value='table plain json ndjson csv' same='--format' ;;
        'domaincheck check --json') same='--json' ;;
        'domaincheck check -o' | 'domaincheck check --output') value='@file' same='-o --output' ;;
        'domaincheck check --sort') value='input urgency' same='--sort' ;;
        'domaincheck check --exit-zero') same='--exit-zero' ;;
        'domaincheck check --progress' | 'domaincheck check --no-progress') same='--progress --no-progress' ;;
        'domaincheck check --ca-file') value='@file' same='--ca-file' ;;
        'domaincheck check --servername') value='@text' same='--servername' ;;
        'domaincheck check -4') same='-4' ;;
        'domaincheck check -6') same='-6' ;;
        'domaincheck check --client-cert') value='@file' same='--client-cert' ;;
        'domaincheck check --client-key') value='@file' same='--client-key' ;;
        'domaincheck check --resolve') value='@text' ;;
        'domaincheck check --registry') value='auto rdap whois' same='--registry' ;;
        'domaincheck check --rdap-url') value='@text' same='--rdap-url' ;;
        'domaincheck check --whois-server') value='@text' same='--whois-server' ;;
        'domaincheck check --no-cache') same='--no-cache' ;;
        'domaincheck check --refresh') same='--refresh' ;;
        'domaincheck check -h' | 'domaincheck check --help') same='-h --help' ;;
        'domaincheck demo --format') value='table plain json ndjson csv' same='--format' ;;
        'domaincheck demo --json') same='--json' ;;
        'domaincheck demo -h' | 'domaincheck demo --help') same='-h --help' ;;
        'domaincheck registries -h' | 'domaincheck registries --help') same='-h --help' ;;
        'domaincheck registries show -h' | 'domaincheck registries show --help') same='-h --help' ;;
        'domaincheck registries refresh --url') value='@text' same='--url' ;;
        'domaincheck registries refresh -h' | 'domaincheck registries refresh --help') same='-h --help' ;;
    esac
}

_domaincheck() {
    local IFS=$' \t\n'
    local path=domaincheck cur=${COMP_WORDS[COMP_CWORD]} prefix= expected= used=' ' ended= count=0
    local options more value same word words i
    local -a operands
    COMPREPLY=()
    _domaincheck_command "$path"
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == [=:]* ]]; then # bash splits --option=value and host:port; what follows belongs to them
            ((++i < COMP_CWORD)) && expected=
        elif [[ $expected ]]; then
            expected=
        elif [[ $word == -- && ! $ended ]]; then
            ended=yes
        elif [[ $word == --* && ! $ended ]]; then
            _domaincheck_option "$path" "${word%%=*}"
            used+="$same " expected=$value
            [[ $word == *=* ]] && expected=
        elif [[ $word == -?* && ! $ended ]]; then
            while [[ ${word:1} ]]; do # letters may share a dash; the value may be in the same word
                _domaincheck_option "$path" "${word:0:2}"
                used+="$same " expected=$value
                [[ $value && ${word:2} ]] && expected= && break
                word=-${word:2}
            done
        elif _domaincheck_command "$path $word"; then
            path+=" $word" used=' ' count=0
        else
            ((++count))
        fi
    done
    [[ $cur == '=' ]] && cur=
    if [[ ! $expected && ! $ended && $cur == --*=* ]]; then # only where = was taken out of COMP_WORDBREAKS
        _domaincheck_option "$path" "${cur%%=*}"
        prefix=${cur%%=*}= cur=${cur#*=} expected=${value:-@text}
    fi
    if [[ $expected ]]; then
        words=$expected
    elif [[ $cur == -* && ! $ended ]]; then
        words=
        for word in $options; do
            [[ $used == *" $word "* ]] || words+=" $word"
        done
    else
        words=${operands[count]:-$more}
    fi
    case $words in
        @text) ;;
        @file | @folder) _domaincheck_paths "$words" ;;
        *)
            for word in $words; do
                [[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
            done
            ;;
    esac
}

# Leaves files or folders to readline, which quotes them and knows ~; by hand where it can't be told so.
_domaincheck_paths() {
    local kind=default list=-f
    [[ $1 == @folder ]] && kind=dirnames list=-d
    [[ ! $prefix ]] && compopt -o "$kind" 2>/dev/null && return
    local IFS=$'\n'
    COMPREPLY=($(compgen "$list" -P "$prefix" -- "$cur"))
}

complete -F _domaincheck domaincheck
