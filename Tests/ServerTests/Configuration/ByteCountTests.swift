import Testing

@testable import Server

struct ByteCountTests {
    @Test(arguments: [
        ("0", 0), ("1", 1), ("1KiB", 1024), ("512MiB", 512 << 20), ("2GiB", 2 << 30),
        ("1TiB", 1 << 40),
    ])
    func `a size is written as it was read`(text: String, bytes: Int64) {
        #expect(ByteCount.bytes(text) == bytes)
        #expect(ByteCount.text(bytes) == text)
    }

    @Test(arguments: ["", "KiB", "1K", "1kib", "-1", "+1", "1.5GiB", "1 GiB", "8388608TiB", "١"])
    func `what is no size is none`(text: String) {
        #expect(ByteCount.bytes(text) == nil)
    }
}
