import Testing

@testable import API
@testable import Supervisor

struct StatusRenderingTests {
    @Test func `each status that is published is shown, however often`() async throws {
        let board = StatusBoard(.bare)
        let router = Router(board: board)
        for status in [Status.bare, .full, .bare] {
            board.publish(status)
            for _ in 0..<2 {
                let answer = try await router.get("/v1/status")
                #expect(answer == .json(StatusBody(status)))
            }
        }
    }

    @Test func `a status is encoded once`() {
        let rendering = StatusRendering(StatusBoard(.full))
        let first = rendering.bytes.withUnsafeBufferPointer(\.baseAddress)
        #expect(rendering.bytes.withUnsafeBufferPointer(\.baseAddress) == first)
    }
}
