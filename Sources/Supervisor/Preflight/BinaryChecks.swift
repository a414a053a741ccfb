/// The checks of the staged binary; but for the version, they are the hard ones.
extension PreflightJudge {
    var binaryPresent: Finding {
        let plan = facts.plan
        if case .unusable(let why) = facts.release.program {
            return .fail("what is staged is unusable: \(why)", "Stage the executable anew.")
        }
        switch plan.binary.state {
        case .staged where facts.release.program != .absent:
            return .pass("it is staged in \(plan.directory)/bin")
        case .staged, .absent:
            let strays = facts.release.strays
            guard !strays.isEmpty else {
                return .fail("there is no binary in \(plan.directory)/bin", "Stage it.")
            }
            return .fail(
                "the binary is not in \(plan.directory)/bin under its name; there is "
                    + strays.joined(separator: ", "),
                "Give it the daemon's name, in bin/.")
        case .held:
            return .fail(
                "the binary is held, where nothing can run it",
                "Vouch for it: pin its digest with expected_sha256 of the plan.")
        }
    }

    var trust: Finding {
        let binary = facts.plan.binary
        switch (binary.state, binary.trust) {
        case (.absent, _): return nothing
        case (.held, _), (.staged, .some(.none)), (.staged, nil):
            return .fail(
                "nothing vouches for the binary",
                "Pin its digest with expected_sha256 of the plan.")
        case (.staged, .planChecksum): return .pass("its digest is the plan's")
        case (.staged, .pinned): return .pass("its digest was pinned by an operator")
        case (.staged, .signature), (.staged, .manifest): return .pass("its signature is right")
        case (.staged, .handPlaced): return handPlaced
        }
    }

    private var handPlaced: Finding {
        let plan = facts.plan
        guard let sha256 = plan.binary.sha256 else {
            return .unknown("the binary is being read", "Ask again in a few seconds.")
        }
        if let pin = plan.expectedSHA256 {
            return pin == sha256
                ? .pass("it was placed by hand, and its digest is the one pinned")
                : .fail(
                    "it was placed by hand and has \(sha256), and \(pin) is pinned",
                    "Stage the binary that was pinned.")
        }
        if PlanDigests.digests(in: plan.info)?.sha256 == sha256 {
            return .pass("it was placed by hand, and its digest is the plan's")
        }
        return .warn(
            "it was placed by hand, and nothing says which bytes were meant",
            "Pin its digest with expected_sha256 of the plan.")
    }

    private var nothing: Finding { .unknown("there is no binary to look at", "Stage it.") }

    var machine: Finding {
        let host = BinaryKind.name(ofMachine: BinaryInspection.machine)
        switch facts.release.program {
        case .absent, .unusable: return nothing
        case .script(let interpreter, _): return .pass("it is a script for \(interpreter)")
        case .program, .broken: return .pass("it is for \(host), as this host is")
        case .other(.foreign(let name)):
            return .fail(
                "\(name) binary, host is \(host)", "Stage the \(PlanInfo.platform) build.")
        case .other(let kind):
            guard let objection = kind.objection else { return nothing }
            return .fail(objection.what.asClause, objection.remedy)
        }
    }

    var loader: Finding {
        switch facts.release.program {
        case .absent, .unusable: return nothing
        case .other: return notOurs
        case .broken(let error): return .fail("the binary is damaged: \(error)", "Stage it anew.")
        case .script(let interpreter, let isThere):
            return isThere
                ? .pass("its interpreter \(interpreter) is there")
                : .fail(
                    "its interpreter \(interpreter) cannot be executed", "Install \(interpreter).")
        case .program(let loading):
            guard let loader = loading.loader else { return .pass("it is static and needs none") }
            guard loader.isThere else {
                let what = loader.path.contains("musl") ? "glibc, or a static one" : "this host"
                return .fail(
                    "its loader \(loader.path) cannot be executed", "Stage a build for \(what).")
            }
            guard loader.path.isStandardPlace || loader.path.isWithin(loading.own) else {
                return .warn(
                    "its loader \(loader.path) is of no standard place",
                    "Make sure that it stays there, or stage a build for this host.")
            }
            return .pass("its loader \(loader.path) is there")
        }
    }

    private var notOurs: Finding {
        .unknown("it is no program of this host", "Stage the \(PlanInfo.platform) build.")
    }

    var libraries: Finding {
        switch facts.release.program {
        case .absent, .unusable: return nothing
        case .other: return notOurs
        case .broken(let error): return .fail("the binary is damaged: \(error)", "Stage it anew.")
        case .script: return .pass("a script needs none")
        case .program(let loading):
            return loading.libraries.map { libraries($0, own: loading.own) }
                ?? .pass("it is static and needs none")
        }
    }

    private func libraries(_ report: LibraryReport, own: String) -> Finding {
        let missing = report.missing.map(\.library)
        guard missing.isEmpty else {
            return .fail(
                "\(missing.joined(separator: ", ")) not found",
                "Ship it in lib/ beside bin/, and let the loader look there: build with -rpath "
                    + "'$ORIGIN/../lib', or set LD_LIBRARY_PATH for the supervisor.")
        }
        if let unmet = report.unmet.last {
            return .fail(
                "\(unmet.version) is needed, and this host's \(unmet.library) is too old for it",
                "Stage a build for this host's system, or a static one.")
        }
        guard report.isComplete else {
            return .unknown("there are too many to look at", "Look at it with ldd.")
        }
        let unusual = report.found.values.filter { !$0.isStandardPlace && !$0.isWithin(own) }
        guard let first = unusual.min() else {
            return .pass("all \(Set(report.found.values).count) are there")
        }
        return .warn(
            "\(first) is of no standard place, and may go without notice",
            "Ship it in lib/ beside bin/, or install it.")
    }

    var permissions: Finding {
        guard let access = facts.release.access else { return nothing }
        let mode = String(access.mode & 0o7777, radix: 8)
        if access.isOnNoExec {
            return .fail("its filesystem is mounted noexec", "Mount it with exec.")
        }
        if access.mode & 0o002 != 0 {
            return .fail("everyone may write it (mode \(mode))", "Take that right: chmod o-w.")
        }
        if let folder = access.openFolders.first {
            return .fail("everyone may write \(folder)", "Take that right: chmod o-w.")
        }
        guard access.isExecutable || access.isOurs else {
            return .fail("it may not be executed (mode \(mode))", "Allow it: chmod a+x.")
        }
        if access.isOwnedByStranger {
            return .warn(
                "it belongs to another user, who may replace it",
                "Give it to root, or to the user of the node.")
        }
        if access.mode & 0o6000 != 0 {
            return .warn("it is run as its owner (mode \(mode))", "Take that: chmod ug-s.")
        }
        return .pass(
            access.isExecutable
                ? "it may be executed (mode \(mode))" : "it will be made executable for the switch")
    }

    var version: Finding {
        .unknown(
            "no binary is run to ask for its version before it is switched to",
            "Look at what it prints for \"version\" where it was built.")
    }
}

extension String {
    /// Where a system keeps its libraries.
    fileprivate var isStandardPlace: Bool {
        !contains("/../")
            && ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/", "/usr/local/lib/", "/usr/libexec/"]
                .contains { hasPrefix($0) }
    }

    /// A path that goes through `bin/..` is meant, too.
    fileprivate func isWithin(_ folder: String) -> Bool {
        let path = replacing("/bin/../", with: "/")
        return path.hasPrefix(folder + "/") && !path.contains("/../")
    }

    /// A sentence as a clause.
    var asClause: String {
        prefix(1).lowercased() + (hasSuffix(".") ? dropFirst().dropLast() : dropFirst())
    }
}
