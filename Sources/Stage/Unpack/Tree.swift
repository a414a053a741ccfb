import StageMessages

/// What has been unpacked, as the archive means it: links are only noted.
struct Tree {
    enum Node: Equatable {
        case folder
        case file(isExecutable: Bool)
        case link(to: [UInt8])
    }

    private var nodes: [EntryPath: Node] = [:]
    /// In the order of the archive.
    private(set) var links: [EntryPath] = []

    subscript(path: EntryPath) -> Node? { path.components.isEmpty ? .folder : nodes[path] }

    mutating func add(_ node: Node, at path: EntryPath) {
        nodes[path] = node
        if case .link = node { links.append(path) }
    }

    /// The file that a link leads to, by way of others if need be.
    ///
    /// Nothing on the disk is asked: there are no links there.
    func destination(of link: EntryPath) throws(StageFailure) -> EntryPath {
        var place = Array(link.components.dropLast())
        var pending = [link.components.suffix(1).first ?? []]
        var linksLeft = 40
        while let name = pending.popLast() {
            if name == EntryPath.parent {
                guard place.popLast() != nil else {
                    throw .refused(link.bytes, "is a link that leads out of the archive")
                }
                continue
            }
            let next = EntryPath(components: place + [name])
            switch self[next] {
            case .folder: place.append(name)
            case .file:
                guard pending.isEmpty else { throw Self.dangling(link) }
                return next
            case .link(let target):
                linksLeft -= 1
                guard linksLeft > 0 else {
                    throw .refused(link.bytes, "is a link that goes in circles")
                }
                pending += EntryPath.split(target).reversed()
            case nil: throw Self.dangling(link)
            }
        }
        throw .refused(link.bytes, "is a link to a folder")
    }

    private static func dangling(_ link: EntryPath) -> StageFailure {
        .refused(link.bytes, "is a link to what the archive does not hold")
    }
}
