import CCurl

/// The part of driving libcurl that is the same whatever it transfers.
enum MultiHandle {
    /// Waits for something to do, or for the end of the run, 200 ms at most.
    static func poll(_ multi: UnsafeMutableRawPointer) {
        var input = StandardInput.watched
        curl_multi_poll(multi, &input, 1, 200, nil)
        StandardInput.endRunIfClosed()
    }

    /// What the one transfer that was added ended with.
    static func result(of multi: UnsafeMutableRawPointer) -> CURLcode {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        return CURLE_FAILED_INIT
    }
}
