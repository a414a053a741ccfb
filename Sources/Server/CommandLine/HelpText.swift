/// What `switchyard help` says.
enum HelpText {
    /// Whether the arguments ask for the help of the whole program.
    static func isAsked(by arguments: [String]) -> Bool {
        guard let first = arguments.first else { return true }
        guard ["help", "--help", "-h"].contains(first) else { return false }
        return arguments.count == 1 || !RootCommand.names.contains(arguments[1])
    }

    static let text = """
        switchyard \(Version.number) - a supervisor for blockchain nodes

        Runs the node as its child and, when the chain asks for an upgrade, moves it to
        the next binary at the upgrade height. A drop-in replacement for Cosmovisor: the
        same folders, variables and arguments.

        USAGE
          switchyard run <args>      Run the node; <args> go to the daemon unchanged.
                                     `run start` is supervised; anything else, such as
                                     `run version`, takes the place of this process.
          switchyard init <path>     Make the folders, with <path> as the first binary.
          switchyard config          Show what holds, and with --origins where it is from.
          switchyard preflight [plan]
                                     Show whether this host will survive a plan.
          switchyard prepare <plan>  Have a plan's binary put in place before its height.
          switchyard prepare-upgrade The same for the plan that comes next.
          switchyard add-upgrade <name> <path>
                                     Put a plan's binary in place, and set its height.
          switchyard add-batch-upgrade
                                     The same for several plans.
          switchyard show-upgrade-info
                                     Show the file by which the chain asks for an upgrade.
          switchyard token           Make, list and revoke the tokens of the API.
          switchyard manifest        Make and check the manifest of a release.
          switchyard version         Show our version and the daemon's.
          switchyard completion <shell>
                                     Print what bash, zsh or fish need to complete this.
          switchyard help [command]  Show this text, or the options of a command.

        FLAGS, before the command
          --cosmovisor-config, -c <file>
                                     More settings; variables win over them. Default:
                                     <DAEMON_HOME>/cosmovisor/config.toml, if there.
          --log-format <format>      console, json or journal.

        ENVIRONMENT
          DAEMON_HOME                The node's home, an absolute path. Required.
          DAEMON_NAME                The file name of the node's binary, such as gaiad.
                                     Required.
          DAEMON_SHUTDOWN_GRACE      From TERM to KILL. Default 30s.
          UNSAFE_SKIP_BACKUP         true: no backup of data/ before an upgrade.
          SWITCHYARD_LISTEN          Where the API listens, or none.
          SWITCHYARD_API_GROUP       Whose members may use the API's socket.
          SWITCHYARD_RESTART         on-failure (default), always or no.
          SWITCHYARD_LOG_FORMAT      console (default), json or journal.
          `switchyard config` lists every variable.

        FILES
          <DAEMON_HOME>/cosmovisor/genesis/bin/<DAEMON_NAME>
          <DAEMON_HOME>/cosmovisor/upgrades/<plan>/bin/<DAEMON_NAME>
          <DAEMON_HOME>/cosmovisor/current -> genesis or upgrades/<plan>
          <DAEMON_HOME>/data/upgrade-info.json
          The layout is Cosmovisor's:
          https://docs.cosmos.network/main/build/tooling/cosmovisor

        EXIT CODES
          0  done
          1  an error; the text after "Error:" says which
             of preflight: a check fails, or an important one is not known
             of prepare: the binary is not staged
          69 no supervisor answers preflight or prepare
          `run` ends with the daemon's own exit code, 128 and the number for a signal.
        """
}
