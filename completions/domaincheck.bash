# bash completion for domaincheck
# Written by python -m domaincheck.cli.manual: change the command line, not this file.
# shellcheck disable=SC1007 # several variables are made empty on one line

# What follows command $1: its options, its operands by position, and what there may be $more of.
_domaincheck_command() {
    case $1 in
        'domaincheck')
            options='--config --store -q --quiet -v --verbose --no-telemetry -V --version -h --help'
            operands=('check demo doctor subscribe unsubscribe run-scheduled schedule history otp subscriptions registries config telemetry') more=''
            ;;
        'domaincheck check')
            options='-f --file --tls --no-tls --domain --no-domain -t --threshold --critical -j --jobs --timeout --retries --format --json -o --output --sort --group --exit-zero --progress --no-progress --ca-file --servername --starttls -4 -6 --all-addresses --client-cert --client-key --password-file --revocation --no-revocation --resolve --registry --rdap-url --whois-server --expect-issuer --expect-key --expect-registrar --expect-ns --no-cache --refresh -h --help'
            operands=() more='@target'
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
            operands=('@address') more='@host'
            ;;
        'domaincheck unsubscribe')
            options='--otp -h --help'
            operands=('@address') more='@host'
            ;;
        'domaincheck run-scheduled')
            options='--dry-run --json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck schedule')
            options='--cron --systemd -h --help'
            operands=() more='@text'
            ;;
        'domaincheck history')
            options='--since --limit --json -h --help'
            operands=('@host') more='@text'
            ;;
        'domaincheck otp')
            options='-h --help'
            operands=('send') more=''
            ;;
        'domaincheck otp send')
            options='--operation --force-new -h --help'
            operands=('@address') more='@text'
            ;;
        'domaincheck subscriptions')
            options='-h --help'
            operands=('list import export') more=''
            ;;
        'domaincheck subscriptions list')
            options='--json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck subscriptions import')
            options='-h --help'
            operands=('@file') more='@text'
            ;;
        'domaincheck subscriptions export')
            options='--format -o --output -h --help'
            operands=() more='@text'
            ;;
        'domaincheck registries')
            options='-h --help'
            operands=('show refresh') more=''
            ;;
        'domaincheck registries show')
            options='-h --help'
            operands=('@text') more='@text'
            ;;
        'domaincheck registries refresh')
            options='--url -h --help'
            operands=() more='@text'
            ;;
        'domaincheck config')
            options='-h --help'
            operands=('path show get set init') more=''
            ;;
        'domaincheck config path')
            options='-h --help'
            operands=() more='@text'
            ;;
        'domaincheck config show')
            options='--changed --json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck config get')
            options='-h --help'
            operands=('check.threshold check.critical check.jobs check.timeout check.retries check.format tls.ca_file tls.weak registry.source registry.rdap_url registry.whois_server registry.rate registry.cache_days store.path smtp.host smtp.port smtp.security smtp.user smtp.password_file smtp.from smtp.ca_file smtp.timeout smtp.command alerts.windows alerts.unreachable_after telemetry.enabled telemetry.api_key telemetry.host telemetry.identity telemetry.domains history.keep_days') more='@text'
            ;;
        'domaincheck config set')
            options='--unset -h --help'
            operands=('check.threshold check.critical check.jobs check.timeout check.retries check.format tls.ca_file tls.weak registry.source registry.rdap_url registry.whois_server registry.rate registry.cache_days store.path smtp.host smtp.port smtp.security smtp.user smtp.password_file smtp.from smtp.ca_file smtp.timeout smtp.command alerts.windows alerts.unreachable_after telemetry.enabled telemetry.api_key telemetry.host telemetry.identity telemetry.domains history.keep_days' '@after') more='@text'
            ;;
        'domaincheck config init')
            options='--force --stdout -h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry')
            options='-h --help'
            operands=('status enable disable show events flush whois dashboard') more=''
            ;;
        'domaincheck telemetry status')
            options='--json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry enable')
            options='-h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry disable')
            options='-h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry show')
            options='-h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry events')
            options='--json -h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry flush')
            options='-h --help'
            operands=() more='@text'
            ;;
        'domaincheck telemetry whois')
            options='-h --help'
            operands=('@address') more='@text'
            ;;
        'domaincheck telemetry dashboard')
            options='--dry-run -h --help'
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
        'domaincheck --no-telemetry') same='--no-telemetry' ;;
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
        'domaincheck check --format') value='table plain json ndjson csv nagios prometheus html ics' same='--format' ;;
        'domaincheck check --json') same='--json' ;;
        'domaincheck check -o' | 'domaincheck check --output') value='@file' same='-o --output' ;;
        'domaincheck check --sort') value='input urgency' same='--sort' ;;
        'domaincheck check --group') same='--group' ;;
        'domaincheck check --exit-zero') same='--exit-zero' ;;
        'domaincheck check --progress' | 'domaincheck check --no-progress') same='--progress --no-progress' ;;
        'domaincheck check --ca-file') value='@file' same='--ca-file' ;;
        'domaincheck check --servername') value='@text' same='--servername' ;;
        'domaincheck check --starttls') value='smtp lmtp imap pop3 sieve ftp ldap nntp irc xmpp xmpp-server postgres mysql mariadb rdp' same='--starttls' ;;
        'domaincheck check -4') same='-4' ;;
        'domaincheck check -6') same='-6' ;;
        'domaincheck check --all-addresses') same='--all-addresses' ;;
        'domaincheck check --client-cert') value='@file' same='--client-cert' ;;
        'domaincheck check --client-key') value='@file' same='--client-key' ;;
        'domaincheck check --password-file') value='@file' same='--password-file' ;;
        'domaincheck check --revocation' | 'domaincheck check --no-revocation') same='--revocation --no-revocation' ;;
        'domaincheck check --resolve') value='@text' ;;
        'domaincheck check --registry') value='auto rdap whois' same='--registry' ;;
        'domaincheck check --rdap-url') value='@text' same='--rdap-url' ;;
        'domaincheck check --whois-server') value='@text' same='--whois-server' ;;
        'domaincheck check --expect-issuer') value='@text' ;;
        'domaincheck check --expect-key') value='@text' ;;
        'domaincheck check --expect-registrar') value='@text' ;;
        'domaincheck check --expect-ns') value='@text' ;;
        'domaincheck check --no-cache') same='--no-cache' ;;
        'domaincheck check --refresh') same='--refresh' ;;
        'domaincheck check -h' | 'domaincheck check --help') same='-h --help' ;;
        'domaincheck demo --format') value='table plain json ndjson csv nagios prometheus html ics' same='--format' ;;
        'domaincheck demo --json') same='--json' ;;
        'domaincheck demo -h' | 'domaincheck demo --help') same='-h --help' ;;
        'domaincheck doctor --mail') value='@address' same='--mail' ;;
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
        'domaincheck history --since') value='@text' same='--since' ;;
        'domaincheck history --limit') value='@text' same='--limit' ;;
        'domaincheck history --json') same='--json' ;;
        'domaincheck history -h' | 'domaincheck history --help') same='-h --help' ;;
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
        'domaincheck config -h' | 'domaincheck config --help') same='-h --help' ;;
        'domaincheck config path -h' | 'domaincheck config path --help') same='-h --help' ;;
        'domaincheck config show --changed') same='--changed' ;;
        'domaincheck config show --json') same='--json' ;;
        'domaincheck config show -h' | 'domaincheck config show --help') same='-h --help' ;;
        'domaincheck config get -h' | 'domaincheck config get --help') same='-h --help' ;;
        'domaincheck config set --unset') same='--unset' ;;
        'domaincheck config set -h' | 'domaincheck config set --help') same='-h --help' ;;
        'domaincheck config init --force') same='--force' ;;
        'domaincheck config init --stdout') same='--stdout' ;;
        'domaincheck config init -h' | 'domaincheck config init --help') same='-h --help' ;;
        'domaincheck telemetry -h' | 'domaincheck telemetry --help') same='-h --help' ;;
        'domaincheck telemetry status --json') same='--json' ;;
        'domaincheck telemetry status -h' | 'domaincheck telemetry status --help') same='-h --help' ;;
        'domaincheck telemetry enable -h' | 'domaincheck telemetry enable --help') same='-h --help' ;;
        'domaincheck telemetry disable -h' | 'domaincheck telemetry disable --help') same='-h --help' ;;
        'domaincheck telemetry show -h' | 'domaincheck telemetry show --help') same='-h --help' ;;
        'domaincheck telemetry events --json') same='--json' ;;
        'domaincheck telemetry events -h' | 'domaincheck telemetry events --help') same='-h --help' ;;
        'domaincheck telemetry flush -h' | 'domaincheck telemetry flush --help') same='-h --help' ;;
        'domaincheck telemetry whois -h' | 'domaincheck telemetry whois --help') same='-h --help' ;;
        'domaincheck telemetry dashboard --dry-run') same='--dry-run' ;;
        'domaincheck telemetry dashboard -h' | 'domaincheck telemetry dashboard --help') same='-h --help' ;;
    esac
}

# What argument may stand behind operand $2 of command $1.
_domaincheck_after() {
    words=@text
    case "$1 $2" in
        'domaincheck config set check.format') words='table plain json ndjson csv nagios prometheus html ics' ;;
        'domaincheck config set tls.ca_file') words='@file' ;;
        'domaincheck config set tls.weak') words='critical warning ignore' ;;
        'domaincheck config set registry.source') words='auto rdap whois' ;;
        'domaincheck config set store.path') words='@file' ;;
        'domaincheck config set smtp.security') words='starttls tls none' ;;
        'domaincheck config set smtp.password_file') words='@file' ;;
        'domaincheck config set smtp.ca_file') words='@file' ;;
        'domaincheck config set telemetry.enabled') words='true false' ;;
        'domaincheck config set telemetry.identity') words='email hashed anonymous' ;;
        'domaincheck config set telemetry.domains') words='full hashed count' ;;
    esac
}

_domaincheck() {
    local IFS=$' \t\n'
    local path=domaincheck cur=${COMP_WORDS[COMP_CWORD]} prefix= expected= used=' ' ended= count=0 last=$COMP_CWORD
    local options more value same word words whole kept before= i
    local -a operands
    COMPREPLY=()
    # bash splits --option=value, host:port and you@example.com. Of the whole, it keeps what stands before $2.
    kept=${COMP_LINE:0:COMP_POINT} kept=${kept%"$2"} kept=${kept%[\"\']} kept=${kept//\\[[:space:]]/__}
    kept=${kept##*[[:space:]]} kept=${kept#--*=} whole=$kept$2 whole=${whole#--*=} cur=${cur#[\"\']}
    case $cur in
        =) cur= ;;
        : | :: | @) cur= && [[ $kept ]] && ((last--)) ;;
    esac
    while [[ $kept && ${COMP_WORDS[last - 1]} == [:@]* ]]; do
        ((last -= 2))
    done
    _domaincheck_command "$path"
    for ((i = 1; i < last; i++)); do
        word=${COMP_WORDS[i]//[\"\'\\]/}
        if [[ $word == [=:@]* ]]; then # what follows belongs to what stands before
            ((++i < last)) && expected=
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
            path+=" $word" used=' ' ended= count=0
        elif [[ $more ]]; then
            ((++count))
            before=$word
        else # no command of this group: nothing is known of what stands behind it
            path+=' ?' options= operands=()
        fi
    done
    word=${COMP_WORDS[last]}
    if [[ ! $expected && ! $ended && $word == --*=* ]]; then # only where = was taken out of COMP_WORDBREAKS
        _domaincheck_option "$path" "${word%%=*}"
        expected=${value:-@text}
        ((last < COMP_CWORD)) || prefix=${cur%%=*}= cur=${cur#*=} kept=
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
        [[ $words == @after ]] && _domaincheck_after "$path" "$before"
    fi
    case $words in
        @text) ;;
        @file | @folder) _domaincheck_paths "$words" ;;
        @address) _domaincheck_remembered addresses.txt ;;
        @target | @host)
            if [[ $words == @target && $whole == file:* ]]; then
                [[ $kept ]] || prefix+=file: cur=${cur#file:}
                _domaincheck_paths @file
            else
                _domaincheck_remembered targets.txt
            fi
            ;;
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
    compopt -o filenames 2>/dev/null # they are quoted
    IFS=$'\n' read -r -d '' -a COMPREPLY <<<"$(compgen "$list" -P "$prefix" -- "$cur")"
}

# Offers what file $1 holds that begins with $whole, unless there is anything in it that a shell could act upon.
_domaincheck_remembered() {
    local LC_ALL=C folder=${STATE_DIRECTORY-} line
    local -a folders lines
    folders=("$HOME/.local/state/domaincheck" "$HOME/Library/Application Support/domaincheck")
    [[ ${XDG_STATE_HOME-} == /* ]] && folders=("$XDG_STATE_HOME/domaincheck")
    [[ ${folder%%:*} ]] && folders=("${folder%%:*}")
    for folder in "${folders[@]}"; do
        [[ -f $folder/$1 && -r $folder/$1 ]] && break
    done || return
    IFS=$'\n' read -r -d '' -a lines <"$folder/$1"
    for line in "${lines[@]}"; do
        [[ $line == "$whole"* && $line == [A-Za-z0-9_]* && $line != *[!A-Za-z0-9._+@:/-]* ]] &&
            COMPREPLY+=("$prefix${line#"$kept"}")
    done
}

complete -F _domaincheck domaincheck
