import Glibc
import Supervisor

extension Configuration {
    /// What the disk and the service manager have to do with it.
    func hostConcerns(_ manager: ServiceManager) -> [String] {
        let grace = HostAdvice.onGrace(self.grace, stoppedBy: manager)
        return [grace].compactMap(\.self) + hookConcerns + trustConcerns + signerConcerns
            + binaryConcerns
            + stateConcerns
    }

    private var hookConcerns: [String] {
        guard let hook = customPreUpgrade else { return [] }
        let name = "COSMOVISOR_CUSTOM_PREUPGRADE"
        let path = home.root + "/" + hook
        var concerns: [String] = []
        if hook.hasPrefix("/") {
            concerns.append(
                "\(name) is a name below \(quoted(home.root)): \(quoted(hook)) is looked for at "
                    + quoted(path))
        }
        if hook.split(separator: "/").contains("..") {
            concerns.append("\(name): \(quoted(hook)) leads out of \(quoted(home.root))")
        }
        if let advice = HostAdvice.onHook(at: path) {
            concerns.append("\(name): \(escaped(advice))")
        }
        return concerns
    }

    private var trustConcerns: [String] {
        guard trust != .any, case .file(let path, let place) = origin(of: .trust),
            isWithinHome(path)
        else { return [] }
        return [
            "SWITCHYARD_TRUST=\(trust.rawValue) is set where the node can change it "
                + "(\(place.inWords(of: path))); set it in the unit, which wins"
        ]
    }

    /// Whoever can write the file, or the folder that it is in, says what may run.
    private var signerConcerns: [String] {
        guard trust == .signature, let path = trustSigners else { return [] }
        let name = "SWITCHYARD_TRUST_SIGNERS"
        do throws(AllowedSignersError) {
            _ = try AllowedSigners(contentsOf: path)
        } catch {
            return ["\(name): \(escaped("\(error)"))"]
        }
        let isDaemons =
            geteuid() == 0
            ? isWithinHome(path) : isWritable(path) || isWritable(path.parentFolder)
        guard isDaemons else { return [] }
        return [
            "\(name): the node can change \(quoted(path)), and so who may sign; keep it in a folder "
                + "of root's, such as /etc/switchyard"
        ]
    }

    private func isWritable(_ path: String) -> Bool {
        faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0
    }

    private func isWithinHome(_ path: String) -> Bool {
        guard let file = ResolvedPath(path), let home = ResolvedPath(home.path) else {
            return false
        }
        return file.isWithin(home)
    }

    private var stateConcerns: [String] {
        guard home.isStateApart, let state = ResolvedPath(home.state),
            let data = ResolvedPath(home.data), state.isWithin(data)
        else { return [] }
        return [
            "SWITCHYARD_CURRENT: \(quoted(home.state)) is in the data, and is backed up, restored and "
                + "reset with it; keep the link beside the data"
        ]
    }

    /// Of the plan that the chain has written down; those of operators are the supervisor's to judge.
    private var binaryConcerns: [String] {
        guard !allowsDownloads,
            let plan = PlanFile(at: home.planFile, case: home.letterCase).plan
        else { return [] }
        let binary = home.release(for: plan.name).binary
        // What cannot be looked at is told by who tries to run it.
        guard (try? FileKind(at: binary)) == .missing else { return [] }
        let name = escaped(plan.name.text)
        return [
            "the plan \(quoted(plan.name.text)) is known, its binary \(quoted(binary)) is not there, "
                + "and DAEMON_ALLOW_DOWNLOAD_BINARIES is false: put it there, or run "
                + "`switchyard prepare \(name)`"
        ]
    }
}

/// Where a path leads to.
struct ResolvedPath: Equatable {
    private let path: String

    /// Nil when it leads nowhere.
    init?(_ path: String) {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        self.path = String(cString: resolved)
    }

    /// It is the folder, or in it.
    func isWithin(_ folder: ResolvedPath) -> Bool {
        path == folder.path || path.hasPrefix(folder.path == "/" ? "/" : folder.path + "/")
    }
}
