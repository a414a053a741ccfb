import StageMessages
import Testing

struct OrderLineTests {
    @Test(arguments: ["", "no line", "no order\n", #"{"fetch":{}}"# + "\n"])
    func `what is no order is misuse`(text: String) throws {
        let stage = try RunningStage()
        try stage.say(Array(text.utf8))
        stage.endOrders()
        #expect(try stage.rest() == "")
        #expect(stage.exitCode() == 64)
    }

    @Test func `a line of more than 64 KiB is misuse`() throws {
        let stage = try RunningStage()
        try stage.say([UInt8](repeating: 0x20, count: 60_000))
        try stage.say([UInt8](repeating: 0x20, count: 5_537))
        #expect(try stage.rest() == "")
        #expect(stage.exitCode() == 64)
    }
}
