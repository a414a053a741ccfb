import Glibc

extension ReleaseSight {
    /// Looks at the folder of a plan and those beside it; blocks.
    ///
    /// - Parameters:
    ///   - named: Folders that a plan has named: they are no mistakes.
    ///   - environment: What the daemon is given.
    init(
        of plan: PlanFacts, in home: Home, named: Set<String>, environment: [String],
        cache: LoaderCache
    ) {
        let release = Release(home: home, directory: plan.directory)
        if plan.binary.isStaged {
            program = ProgramFacts(release, environment: environment, cache: cache)
            access = AccessFacts(release, home: home)
        } else if plan.binary.state == .absent {
            strays = Self.strays(in: release, called: home.daemonName)
        }
        let own = String(plan.directory.split(separator: "/").last ?? "")
        for folder in ProcFile.names(in: home.upgrades).sorted() where folder != own {
            let other = Release(home: home, directory: "upgrades/" + folder)
            guard !named.contains(other.directory), Seal(other.binary) != nil else { continue }
            if NearMiss.likeness(of: folder) == NearMiss.likeness(of: own) {
                nearMisses.append(folder)
            } else {
                unplanned.append(folder)
            }
        }
    }

    /// Regular files where the binary is looked for, and one level above.
    private static func strays(in release: Release, called name: String) -> [String] {
        var files = [release.path + "/" + name]
        files += ProcFile.names(in: release.path + "/bin").sorted().prefix(3).map {
            release.path + "/bin/" + $0
        }
        return files.filter { Seal($0) != nil }.map {
            release.directory + $0.dropFirst(release.path.count)
        }
    }
}

/// Names that people take for one another.
enum NearMiss {
    /// Equal for names that differ in their case, their escapes, what separates their parts, and a
    /// leading `v`: `V3`, `v3%20` and `3`, but not `v1.0` and `v10`.
    static func likeness(of folder: String) -> String {
        var name = folder
        // Escaped twice is a mistake of its own.
        for _ in 0..<2 { name = unescaped(name) }
        let parts = name.lowercased().split { !$0.isLetter && !$0.isNumber }
        let joined = parts.joined(separator: "-")
        let isVersion = joined.hasPrefix("v") && joined.dropFirst().first?.isNumber == true
        return isVersion ? String(joined.dropFirst()) : joined
    }

    /// Go writes a space of a query as a plus, and people copy it.
    private static func unescaped(_ text: String) -> String {
        String(decoding: text.replacing("+", with: " ").percentDecoded, as: UTF8.self)
    }
}

extension AccessFacts {
    /// Nil without a binary.
    init?(_ release: Release, home: Home) {
        var status = stat()
        guard stat(release.binary, &status) == 0 else { return nil }
        let user = geteuid()
        mode = status.st_mode & 0o7777
        isExecutable = access(release.binary, X_OK) == 0
        isOurs = user == 0 || status.st_uid == user
        isOwnedByStranger = status.st_uid != 0 && status.st_uid != user && user != 0
        var filesystem = statvfs()
        isOnNoExec =
            statvfs(release.binary, &filesystem) == 0 && filesystem.f_flag & Self.noExec != 0
        openFolders = [release.binary.parentFolder, release.path, home.upgrades, home.root].filter {
            Self.isOpen($0)
        }
    }

    /// ST_NOEXEC of statvfs(3).
    private static let noExec: UInt = 8

    /// A sticky one lets nobody replace what is another's.
    private static func isOpen(_ folder: String) -> Bool {
        var status = stat()
        return stat(folder, &status) == 0 && status.st_mode & 0o002 != 0
            && status.st_mode & S_ISVTX == 0
    }
}
