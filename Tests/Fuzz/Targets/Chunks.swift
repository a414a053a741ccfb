@testable import Server

/// A chunked body is the same in whatever pieces it comes, and once more when it is coded anew.
///
/// The first byte is the size of the pieces.
func checkChunks(_ bytes: [UInt8]) {
    guard let size = bytes.first else { return }
    let input = bytes.dropFirst()
    let whole = Body(input, pieces: max(1, input.count))
    let pieces = Body(input, pieces: max(1, Int(size)))
    expect(pieces == whole, "\(pieces) in pieces, \(whole) whole")
    expect(whole.content.count + (whole.rest?.count ?? 0) <= input.count, "bytes were made up")
    guard let rest = whole.rest else { return }
    let length = String(whole.content.count, radix: 16)
    let chunk = whole.content.isEmpty ? [] : Array("\(length)\r\n".utf8) + whole.content + [13, 10]
    let again = Body((chunk + Array("0\r\n\r\n".utf8) + rest)[...], pieces: max(1, Int(size)))
    expect(again == whole, "\(again) coded anew, \(whole) before")
}

/// What a chunked body comes to.
private struct Body: Equatable {
    var content: [UInt8] = []
    var isMalformed = false
    /// Behind the last chunk; nil before that.
    var rest: [UInt8]?

    init(_ input: ArraySlice<UInt8>, pieces size: Int) {
        var decoder = ChunkedDecoder()
        var input = input
        while !input.isEmpty, rest == nil, !isMalformed {
            var piece = input.prefix(size)
            input = input.dropFirst(piece.count)
            take(&piece, decoder: &decoder, before: input)
        }
    }

    private mutating func take(
        _ piece: inout ArraySlice<UInt8>, decoder: inout ChunkedDecoder,
        before input: ArraySlice<UInt8>
    ) {
        while true {
            switch decoder.next(&piece) {
            case .data(let data): content += data
            case .needsMore: return expect(piece.isEmpty, "bytes were left lying")
            case .malformed: return isMalformed = true
            case .end: return rest = Array(piece + input)
            }
        }
    }
}
