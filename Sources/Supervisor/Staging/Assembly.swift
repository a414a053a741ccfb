import Glibc

/// The files of a release as they lie ready in quarantine: each an inode that only we have written.
struct Assembly: Sendable {
    let executable: Item
    /// Libraries that came along.
    var sideFiles: [Item] = []
    /// Where all of it lies, to be removed once it is placed; nil for a file of the quarantine.
    var tree: String?
    /// Of an archive: which file was chosen, and why.
    var choice: String?

    struct Item: Sendable {
        /// Below the folder of the quarantine.
        let source: String
        /// Relative to the release's folder.
        let path: String
        let sha256: String
        let size: Int64
    }

    /// A file that came as it is to be run.
    init(_ received: Received, daemonName: String) {
        executable = Item(
            source: received.id, path: "bin/" + daemonName,
            sha256: received.digests.sha256 ?? "", size: received.size)
    }

    init(executable: Item, sideFiles: [Item], tree: String, choice: String) {
        self.executable = executable
        self.sideFiles = sideFiles
        self.tree = tree
        self.choice = choice
    }

    /// In the order in which they are put in place: what runs comes last.
    var items: [Item] { sideFiles + [executable] }

    /// As a manifest lists them.
    var files: [String: ReleaseManifest.Content] {
        var files: [String: ReleaseManifest.Content] = [:]
        for item in items { files[item.path] = .init(sha256: item.sha256, size: item.size) }
        return files
    }
}
