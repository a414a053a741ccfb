import StageMessages
import Testing

@Suite(.enabled(if: Archives.areMade, "python3 is not installed"))
struct AttackTests {
    @Test(arguments: [
        ("parent.tar", "has \"..\" in its path"),
        ("parent-inside.tar", "has \"..\" in its path"),
        ("parent-folder.tar", "has \"..\" in its path"),
        ("parent.zip", "has \"..\" in its path"),
        ("bidi.tar", "the entry \"../\\u{202e}gnp.exe\" has \"..\" in its path"),
        ("absolute.tar", "has an absolute path"),
        ("absolute.zip", "has an absolute path"),
        ("link-out.tar", "is a link that leads out of the archive"),
        ("link-out.zip", "is a link that leads out of the archive"),
        ("link-absolute.tar", "is a link to an absolute path"),
        ("file-through-link.tar", "the entry \"d/evil\" lies below a link"),
        ("file-over-link.tar", "is there twice"),
        ("folder-over-link.tar", "is there twice"),
        ("hard-link-out.tar", "has \"..\" in its path"),
        ("hard-link-absolute.tar", "has an absolute path"),
        ("hard-link-to-link.tar", "is a hard link to what was not unpacked before it"),
        ("hard-link-early.tar", "is a hard link to what was not unpacked before it"),
        ("link-dangling.tar", "is a link to what the archive does not hold"),
        ("link-below-file.tar", "is a link to what the archive does not hold"),
        ("link-circle.tar", "is a link that goes in circles"),
        ("link-folder.tar", "is a link to a folder"),
    ])
    func `an entry that leads elsewhere is refused by its rule`(
        archive: String, rule: String
    ) throws {
        try expect(archive, .entryRefused, rule)
    }

    @Test(arguments: [
        ("device.tar", "is a device, a FIFO or a socket"),
        ("block.tar", "is a device, a FIFO or a socket"),
        ("fifo.tar", "is a device, a FIFO or a socket"),
        ("setuid.tar", "is set-user-ID or set-group-ID"),
        ("setgid.zip", "is set-user-ID or set-group-ID"),
        ("capability.tar", "the entry \"d\" has capabilities"),
        ("twice.tar", "is there twice"),
        ("twice.zip", "is there twice"),
        ("twice-spelt.tar", "is there twice"),
        ("file-over-folder.tar", "is there twice"),
        ("folder-over-file.tar", "is there twice"),
        ("below-file.tar", "the entry \"a/b\" lies below a file"),
        ("itself.tar", "is there twice"),
        ("control.tar", "the entry \"a\\u{a}b\" has a control character in its path"),
        ("no-utf-8.tar", "has a path that is not UTF-8"),
        ("encrypted.zip", "the entry \"a\" is encrypted"),
    ])
    func `an entry that no honest release has is refused by its rule`(
        archive: String, rule: String
    ) throws {
        try expect(archive, .entryRefused, rule)
    }

    @Test(arguments: [
        ("bomb.tar.gz", "more than 100 times"), ("bomb.tar.bz2", "more than 100 times"),
        ("bomb.tar.xz", "more than 100 times"), ("bomb.zip", "more than 100 times"),
        ("bomb.gz", "more than 100 times"), ("bomb-link.tar.gz", "more than 100 times"),
        ("sparse.tar", "more than 100 times"),
        ("sparse-huge.tar", "more than 4294967296 bytes"),
        ("promise.tar", "more than 4294967296 bytes"),
        ("million.tar.gz", "more than 4096 entries"), ("deep.tar", "more than 4096 entries"),
        ("long-path.tar", "has a path of more than 512 bytes"),
        ("long-name.tar", "has a name of more than 255 bytes"),
    ])
    func `what would cost too much is refused by its limit`(archive: String, limit: String) throws {
        try expect(archive, .limitExceeded, limit)
    }

    @Test func `each limit is what the order says`() throws {
        let fits = try Unpacking()
        var limits = UnpackOrder.Limits()
        // Ten entries and two folders that none names; seven files, four of them copies.
        (limits.entries, limits.path, limits.bytes) = (12, 133, 7 * 16_400)
        (limits.ratio, limits.ratioFrom) = (1000, 0)
        #expect(try fits.run("cronos.tar.gz", limits).report == .finished)
        let lower: [(WritableKeyPath<UnpackOrder.Limits, Int>, String)] = [
            (\.entries, "more than 11 entries"), (\.path, "a path of more than 132 bytes"),
        ]
        for (limit, words) in lower {
            var limits = limits
            limits[keyPath: limit] -= 1
            try expect("cronos.tar.gz", .limitExceeded, words, limits)
        }
        limits.bytes -= 1
        try expect("cronos.tar.gz", .limitExceeded, "more than 114799 bytes", limits)
        (limits.bytes, limits.ratio) = (1 << 20, 2)
        try expect("cronos.tar.gz", .limitExceeded, "more than 2 times", limits)
    }

    @Test func `entries that share their bytes are one`() throws {
        let unpacking = try Unpacking()
        _ = try unpacking.run("overlap.zip")
        #expect(try unpacking.files().values.reduce(0, +) <= 64 << 20)
        try unpacking.expectNoHarm("overlap.zip")
    }

    private func expect(
        _ archive: String, _ kind: StageFailure.Kind, _ words: String,
        _ limits: UnpackOrder.Limits = .init(), sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let unpacking = try Unpacking()
        let end = try unpacking.run(archive, limits)
        guard case .failed(let failure) = end.report else {
            Issue.record(
                "\(archive): \(String(describing: end.report))", sourceLocation: sourceLocation)
            return
        }
        #expect(end.code == 1)
        #expect(failure.kind == kind, "\(failure)", sourceLocation: sourceLocation)
        #expect(failure.detail.contains(words), "\(failure)", sourceLocation: sourceLocation)
        try unpacking.expectNoHarm(archive, sourceLocation: sourceLocation)
    }
}
