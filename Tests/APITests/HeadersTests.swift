import Testing

@testable import API

struct HeadersTests {
    @Test(arguments: [
        ([], []), ([""], []), ([" ,\t,"], []), (["a"], ["a"]), ([" A ,\tb\t, c"], ["a", "b", "c"]),
        (["a,", " ,b"], ["a", "b"]), (["a b", "c"], ["a b", "c"]),
        (["a,\u{301}b"], ["a", "\u{301}b"]), (["a, \u{301}"], ["a", "\u{301}"]),
    ])
    func `a list is that of all fields, without blanks and empty elements`(
        values: [String], list: [String]
    ) {
        var headers = Headers()
        for value in values { headers.append("X", value) }
        let elements = headers.list("x").map { Array($0.utf8) }
        #expect(elements == list.map { Array($0.utf8) })
    }
}
