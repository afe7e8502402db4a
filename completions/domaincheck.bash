# bash completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.

# What follows command $1: its options, its operands by position, and what there may be $more of.
_domaincheck_command() {
    case $1 in
        'domaincheck')
            options='--config --store -q --quiet -v --verbose -V --version -h --help'
            operands=('check demo doctor subscribe unsubscribe run-scheduled schedule otp subscriptions registries') more='@text'
            ;;
        'domaincheck check')
            options='-f --file --tls --no-tls --domain --no-domain -t --threshold --critical -j --jobs --timeout --retries --format --json -o --output --sort --exit-zero --progress --no-progress --ca-file --servername -4 -6 --client-cert --client-key --resolve --registry --rdap-url --whois-server --no-cache --refresh -h --help'
            operands=() more='@text'
            ;;
        'domaincheck demo')
            options='--format --json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck doctor')
            options='--mail --json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck subscribe')
            options='--otp -t --threshold -h --help'
            operands=('@text') more='@text'
            ;;
        'domaincheck unsubscribe')
            options='--otp -h --help'
            operands=('@text') more='@text'
            ;;
        'domaincheck run-scheduled')
            options='--dry-run --json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck schedule')
            options='--cron --systemd -h --help'
            operands=() more='@text'
            ;;
        'domaincheck otp')
            options='-h --help'
            operands=('send') more='@text'
            ;;
        'domaincheck otp send')
            options='--operation --force-new -h --help'
            operands=('@text') more='@text'
            ;;
        'domaincheck subscriptions')
            options='-h --help'
            operands=('list import export') more='@text'
            ;;
        'domaincheck subscriptions list')
            options='--json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck subscriptions import')
            options='-h --help'
            operands=('@text') more='@text'
            ;;
        'domaincheck subscriptions export')
            options='--format -o --output -h --help'
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
        'domaincheck --store') value='@file' same='--store' ;;
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
        'domaincheck doctor --mail') value='@text' same='--mail' ;;
        'domaincheck doctor --json') same='--json' ;;
        'domaincheck doctor -h' | 'domaincheck doctor --help') same='-h --help' ;;
        'domaincheck subscribe --otp') value='@text' same='--otp' ;;
        'domaincheck subscribe -t' | 'domaincheck subscribe --threshold') value='@text' same='-t --threshold' ;;
        'domaincheck subscribe -h' | 'domaincheck subscribe --help') same='-h --help' ;;
        'domaincheck unsubscribe --otp') value='@text' same='--otp' ;;
        'domaincheck unsubscribe -h' | 'domaincheck unsubscribe --help') same='-h --help' ;;
        'domaincheck run-scheduled --dry-run') same='--dry-run' ;;
        'domaincheck run-scheduled --json') same='--json' ;;
        'domaincheck run-scheduled -h' | 'domaincheck run-scheduled --help') same='-h --help' ;;
        'domaincheck schedule --cron') same='--cron' ;;
        'domaincheck schedule --systemd') same='--systemd' ;;
        'domaincheck schedule -h' | 'domaincheck schedule --help') same='-h --help' ;;
        'domaincheck otp -h' | 'domaincheck otp --help') same='-h --help' ;;
        'domaincheck otp send --operation') value='subscribe unsubscribe' same='--operation' ;;
        'domaincheck otp send --force-new') same='--force-new' ;;
        'domaincheck otp send -h' | 'domaincheck otp send --help') same='-h --help' ;;
        'domaincheck subscriptions -h' | 'domaincheck subscriptions --help') same='-h --help' ;;
        'domaincheck subscriptions list --json') same='--json' ;;
        'domaincheck subscriptions list -h' | 'domaincheck subscriptions list --help') same='-h --help' ;;
        'domaincheck subscriptions import -h' | 'domaincheck subscriptions import --help') same='-h --help' ;;
        'domaincheck subscriptions export --format') value='toml json' same='--format' ;;
        'domaincheck subscriptions export -o' | 'domaincheck subscriptions export --output') value='@file' same='-o --output' ;;
        'domaincheck subscriptions export -h' | 'domaincheck subscriptions export --help') same='-h --help' ;;
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
