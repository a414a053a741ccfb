import Supervisor

extension Configuration {
    /// Every effective value, as a variable would be set; what has none is not set and has no
    /// default.
    var values: [(Variable, String?)] { cosmovisorValues + ownValues }

    /// What Cosmovisor's `config` lists, in its order.
    var cosmovisorValues: [(Variable, String?)] {
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
            (.timeFormat, log.timeFormat?.rawValue ?? ""),
            (.customPreUpgrade, customPreUpgrade),
            (.disableRecase, "\(home.letterCase == .kept)"),
        ]
    }

    /// What it does not.
    var ownValues: [(Variable, String?)] {
        [
            (.grpcAddress, grpcAddress),
            (.rpcAddress, rpcAddress),
            (.root, home.root),
            (.current, home.current),
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
}
