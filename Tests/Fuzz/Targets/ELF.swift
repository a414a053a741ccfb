import Supervisor

/// What is read of an ELF file was in it, and the file is one thing: program or library.
func checkELF(_ bytes: [UInt8]) {
    do throws(ELFError) {
        let file = try ELFFile(bytes: bytes)
        let texts =
            [file.interpreter, file.name].compactMap(\.self) + file.needed + file.rpath
            + file.runPath + file.versionNeeds.map(\.library)
        for text in texts { expect(text.utf8.count <= 3 * (64 << 10), "a text has no end") }
        expect(bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]), "it was no ELF file")
        expect(!file.isSharedObject || file.type == 3, "a type \(file.type) is a library")
        check(path: "lib/x.so.1", bytes, file)
        check(path: "bin/exampled", bytes, file)
    } catch {
        expect(!"\(error)".isEmpty, "there is no reason")
        check(path: "bin/exampled", bytes, nil)
    }
}

private func check(path: String, _ bytes: [UInt8], _ elf: ELFFile?) {
    guard let file = try? UnpackedFile(path: path, head: bytes, elf: elf) else {
        fatalError("\(path) was not taken")
    }
    guard let found = try? ArchiveLayout.choose([file], daemon: "exampled") else { return }
    expect(file.kind == .program && !file.isSharedObject, "\(file.kind) was taken")
    expect(found.files == [.init(from: path, to: "bin/exampled")], "\(found) was taken")
}
