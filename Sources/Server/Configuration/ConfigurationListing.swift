import Supervisor

extension Configuration {
    /// Every effective value in the layout of Cosmovisor's `config`, then ours.
    ///
    /// The value comes first and its origin after it, so that what reads `NAME: value` still can.
    var listing: String {
        let lines =
            ["Configurable Values:"] + cosmovisorValues.map(line)
            + ["Derived Values:"] + derivedValues.map(derivedLine)
            + ["Switchyard Values:"] + ownValues.map(line)
        return lines.joined(separator: "\n")
    }

    /// What has no value is not set and has no default.
    var values: [(Variable, String?)] { cosmovisorValues + ownValues }

    private var cosmovisorValues: [(Variable, String?)] {
        [
            (.home, home.path),
            (.name, home.daemonName),
            (.allowDownloads, "\(allowsDownloads)"),
            (.requireChecksums, "\(requiresChecksums)"),
            (.restartAfterUpgrade, "\(restartsAfterUpgrade)"),
            (.restartDelay, restartDelay.goText),
            (.grace, grace.goText),
            (.pollInterval, pollInterval.goText),
            (.skipBackup, "\(skipsBackup)"),
            (.backupDirectory, backupDirectory),
            (.preUpgradeRetries, "\(preUpgradeRetries)"),
            (.disableLogs, "\(log.isDisabled)"),
            (.colorLogs, "\(log.isColored)"),
            (.timeFormat, log.timeFormat?.goLayout),
            (.customPreUpgrade, customPreUpgrade),
            (.disableRecase, "\(home.letterCase == .kept)"),
        ]
    }

    private var ownValues: [(Variable, String?)] {
        [
            (.grpcAddress, grpcAddress),
            (.rpcAddress, rpcAddress),
            (.listen, listen.joined(separator: ",")),
            (.tokensFile, tokensFile),
            (.apiGroup, apiGroup),
            (.apiHosts, apiHosts.names.joined(separator: ",")),
            (.allowRemote, "\(allowsRemote)"),
            (.metricsOpen, "\(opensMetrics)"),
            (.startCommands, startCommands.joined(separator: ",")),
            (.restart, restart.rawValue),
            (.watchHeights, "\(watchesHeights)"),
            (.waitForExit, waitForExit.goText),
            (.linger, linger.goText),
            (.reserve, reserve.text),
            (.maxUpload, ByteCount.text(maxUpload)),
            (.horizon, horizon.goText),
            (.trust, trust.rawValue),
            (.trustSigners, trustSigners),
            (.trustThreshold, "\(trustThreshold)"),
            (.fetchPrivate, "\(fetchesPrivate)"),
            (.allowWeakChecksums, "\(allowsWeakChecksums)"),
            (.logFormat, log.format.rawValue),
        ]
    }

    private var derivedValues: [(String, String)] {
        [
            ("Root Dir", home.root),
            ("Upgrade Dir", home.upgrades),
            ("Genesis Bin", home.genesis.binary),
            ("Monitored File", home.planFile),
            ("Data Backup Dir", backupDirectory),
        ]
    }

    private func line(_ variable: Variable, _ value: String?) -> String {
        "  \(variable.rawValue): \(escaped(value ?? "")) (\(origin(of: variable).rawValue))"
    }

    private func derivedLine(_ label: String, _ value: String) -> String {
        String(repeating: " ", count: 17 - label.count) + label + ": " + escaped(value)
    }
}
