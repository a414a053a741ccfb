import Supervisor

extension Configuration {
    /// What is allowed and can hurt, or has no effect though it was asked for; a sentence or two each.
    ///
    /// The one list for `config` and for the logs of `init` and `run start`; looks at the disk.
    ///
    /// - Parameters:
    ///   - manager: who stops the supervisor, as far as that is known.
    ///   - activated: sockets that systemd handed over.
    func concerns(
        stoppedBy manager: ServiceManager, activated: [Handover.Activated] = []
    ) -> [String] {
        warnings + listenConcerns(activated) + addressConcerns + downloadConcerns
            + upgradeConcerns + backupConcerns + logConcerns + hostConcerns(manager)
    }

    /// What `run start` refuses and the other commands have no use for.
    private var addressConcerns: [String] {
        guard let rpcAddress, RPCAddress(rpcAddress) == nil else { return [] }
        return [
            "`run start` refuses DAEMON_RPC_ADDRESS: \(quoted(withoutSecrets(rpcAddress))) is not "
                + "http://host:port or tcp://host:port with an address in figures or localhost, "
                + "nor unix:///path"
        ]
    }

    private var downloadConcerns: [String] {
        [
            requiresChecksums && !allowsDownloads
                ? "DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM counts for `switchyard prepare` alone, "
                    + "because DAEMON_ALLOW_DOWNLOAD_BINARIES is false" : nil,
            requiresChecksums && allowsWeakChecksums
                ? "SWITCHYARD_ALLOW_WEAK_CHECKSUMS lets an MD5 or SHA-1, which can be forged, do "
                    + "for the checksum that DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM asks for" : nil,
            trust != .signature && trustThreshold > 1
                ? "SWITCHYARD_TRUST_THRESHOLD asks for \(trustThreshold) signers, and "
                    + "SWITCHYARD_TRUST=\(trust.rawValue) asks for none" : nil,
        ].compactMap(\.self)
    }

    private var upgradeConcerns: [String] {
        [
            !restartsAfterUpgrade && isChosen(.restart) && restart != .no
                ? "SWITCHYARD_RESTART=\(restart.rawValue) does not start the node after an upgrade: "
                    + "DAEMON_RESTART_AFTER_UPGRADE=false ends the supervisor with 0 then" : nil,
            restartDelay > grace
                ? "DAEMON_RESTART_DELAY keeps the node down for \(restartDelay.goText) in every "
                    + "upgrade, longer than it has to end (\(grace.goText)); nothing needs it"
                : nil,
            waitForExit > .zero && linger > .zero
                ? "SWITCHYARD_WAIT_FOR_EXIT and SWITCHYARD_LINGER are both set: the longer of the "
                    + "two counts" : nil,
            pollInterval < .milliseconds(10)
                ? "DAEMON_POLL_INTERVAL=\(pollInterval.goText) wakes the supervisor that often for "
                    + "nothing: the plan file is seen at once where it can be watched" : nil,
            pollInterval > .seconds(60)
                ? "DAEMON_POLL_INTERVAL=\(pollInterval.goText) is how late a plan may be seen where "
                    + "the plan file cannot be watched" : nil,
            grace > .seconds(600)
                ? "DAEMON_SHUTDOWN_GRACE=\(grace.goText) is how long a daemon that hangs holds up "
                    + "its upgrade" : nil,
        ].compactMap(\.self)
    }

    private var backupConcerns: [String] {
        guard skipsBackup, isChosen(.backupDirectory) else { return [] }
        return [
            "DAEMON_DATA_BACKUP_DIR has no effect: UNSAFE_SKIP_BACKUP=true makes no backup, so that "
                + "there is no way back from an upgrade"
        ]
    }

    private var logConcerns: [String] {
        let inert: [Variable] =
            if log.isDisabled {
                [.colorLogs, .timeFormat, .logFormat]
            } else if log.format != .console {
                [.colorLogs, .timeFormat]
            } else {
                []
            }
        let cause =
            log.isDisabled
            ? "COSMOVISOR_DISABLE_LOGS=true" : "SWITCHYARD_LOG_FORMAT=\(log.format.rawValue)"
        return inert.filter(isContradicted).map { variable in
            "\(variable.rawValue) has no effect with \(cause)"
        }
    }

    /// Colour that was switched off is nothing that could be missed.
    private func isContradicted(_ variable: Variable) -> Bool {
        isChosen(variable) && (variable != .colorLogs || log.isColored)
    }

    /// Whether somebody wanted the value, as opposed to a file that has every default in it.
    private func isChosen(_ variable: Variable) -> Bool {
        switch origin(of: variable) {
        case .default: return false
        case .environment, .flag: return true
        case .file:
            let bare = ConfigurationSources(environment: [
                Variable.home.rawValue: home.path, Variable.name.rawValue: home.daemonName,
            ])
            // It cannot fail, for these two were read before.
            let defaults = try? Configuration(bare)
            let value = { (configuration: Configuration?) in
                configuration?.values.first { $0.0 == variable }?.1
            }
            return value(self) != value(defaults)
        }
    }
}
