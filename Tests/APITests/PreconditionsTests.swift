import Testing

@testable import API

/// RFC 9110 section 13.
struct PreconditionsTests {
    @Test(
        arguments: [
            ("", #""a""#, true), ("", nil, true), ("*", #""a""#, true), ("*", nil, false),
            (#""a""#, #""a""#, true), (#""b", "a""#, #""a""#, true), (#""b""#, #""a""#, false),
            (#"W/"a""#, #""a""#, false), (#""a""#, nil, false),
        ] as [(String, String?, Bool)])
    func `If-Match compares strongly`(field: String, etag: String?, fits: Bool) {
        let headers: Headers = field.isEmpty ? [:] : ["If-Match": field]
        #expect(Preconditions(headers).matches(etag) == fits)
    }

    @Test(
        arguments: [
            ("", #""a""#, true), ("*", #""a""#, false), ("*", nil, true), (#""a""#, #""a""#, false),
            (#"W/"a""#, #""a""#, false), (#""b""#, #""a""#, true),
        ] as [(String, String?, Bool)])
    func `If-None-Match keeps what is there`(field: String, etag: String?, fits: Bool) {
        let headers: Headers = field.isEmpty ? [:] : ["If-None-Match": field]
        #expect(Preconditions(headers).allowsReplacing(etag) == fits)
    }
}
