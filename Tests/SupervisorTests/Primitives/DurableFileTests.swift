import Glibc
import Testing

@testable import Supervisor

struct DurableFileTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
    }

    @Test func `a new file has the content and the mode, whatever the umask`() throws {
        for (name, mode) in [("private", 0o600), ("public", 0o644), ("program", 0o777)] {
            try DurableFile.replace(home[name], with: "content".utf8, mode: mode_t(mode))
            #expect(try home.read(name) == "content")
            #expect(try home.status(name).st_mode & 0o7777 == UInt32(mode))
        }
        try DurableFile.replace(home["private"], with: [])
        #expect(try home.read("private") == "")
        #expect(home.names() == ["private", "program", "public"])
    }

    @Test func `several files are replaced together, or none when one cannot be written`() throws {
        try home.write("old", to: "first")
        let first = DurableFile.Content(home["first"], Array("new".utf8), mode: 0o640)
        let second = DurableFile.Content(home["second"], Array("two".utf8))
        let missing = DurableFile.Content(home["missing/file"], [])
        #expect(throws: SystemError("open", path: home["missing/file.new"], code: ENOENT)) {
            try DurableFile.replace([first, missing], syncing: [])
        }
        #expect(throws: SystemError("open", path: home["absent"], code: ENOENT)) {
            try DurableFile.replace([first, second], syncing: [home["absent"]])
        }
        #expect(try home.read("first") == "old")
        #expect(home.names() == ["first"])
        try DurableFile.replace([first, second], syncing: [home["first"]])
        #expect(try home.read("first") == "new")
        #expect(try home.read("second") == "two")
        #expect(try home.status("first").st_mode & 0o7777 == 0o640)
        #expect(home.names() == ["first", "second"])
    }

    @Test func `what was left half-written aside does no harm`() throws {
        try home.write("rubbish", to: "file.new", mode: 0o666)
        try DurableFile.replace(home["file"], with: "content".utf8, synced: false)
        try home.write("precious", to: "victim")
        try home.makeLink("file.new", to: "victim")
        try DurableFile.replace(home["file"], with: "again".utf8)
        #expect(try home.read("file") == "again")
        #expect(try home.read("victim") == "precious")
        #expect(home.names() == ["file", "victim"])
    }

    @Test func `a link of the final name is replaced, not followed`() throws {
        try home.write("precious", to: "victim")
        try home.makeLink("file", to: "victim")
        try DurableFile.replace(home["file"], with: "content".utf8)
        #expect(try home.read("victim") == "precious")
        #expect(try home.read("file") == "content")
        #expect(try home.status("file").st_mode & S_IFMT == S_IFREG)
    }

    @Test func `a failure leaves the old content and nothing aside`() throws {
        try home.makeFolder("folder/inner")
        let path = home["folder"]
        #expect(throws: SystemError("rename", path: path, code: EISDIR)) {
            try DurableFile.replace(path, with: "content".utf8)
        }
        #expect(home.names() == ["folder"])
        let missing = home["absent/file"]
        #expect(throws: SystemError("open", path: missing + ".new", code: ENOENT)) {
            try DurableFile.replace(missing, with: "content".utf8)
        }
    }

    @Test func `a reader sees the old content or the new at every moment`() async throws {
        let contents = ["a", "b"].map { String(repeating: $0, count: 50_000) }
        let path = home["file"]
        try DurableFile.replace(path, with: contents[0].utf8)
        let isOver = SharedFlag()
        let pool = try BlockingPool(threads: 1)
        let home = home
        async let torn = withTaskExecutorPreference(pool) {
            var torn = 0
            while !isOver.isRaised {
                let text = try? home.read("file")
                if text != contents[0], text != contents[1] { torn += 1 }
            }
            return torn
        }
        for round in 1...500 {
            try DurableFile.replace(path, with: contents[round % 2].utf8, synced: false)
        }
        isOver.raise()
        #expect(await torn == 0)
    }

    @Test func `folders are made with those above them`() throws {
        try DurableFile.makeFolder(home["a/b/c"], mode: 0o700)
        try DurableFile.makeFolder(home["a/b/c"], mode: 0o700)
        #expect(try home.status("a/b/c").st_mode & 0o777 == 0o700)
        try home.write("", to: "file")
        let path = home["file/inner/folder"]
        #expect(throws: SystemError.self) { try DurableFile.makeFolder(path, mode: 0o700) }
    }

    @Test func `every path has a folder`() {
        #expect("/a/b".parentFolder == "/a")
        #expect("/a".parentFolder == "/")
        #expect("/".parentFolder == "/")
        #expect("a".parentFolder == ".")
        #expect("a/b".parentFolder == "a")
    }
}
