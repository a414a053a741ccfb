// What curl's variadic functions and the newest system calls need to be called from Swift.
#ifndef SWITCHYARD_CSTAGE_H
#define SWITCHYARD_CSTAGE_H

#include <curl/curl.h>

/// curl_easy_setopt for each kind of argument.
CURLcode cstage_set_number(CURL *handle, CURLoption option, long value);
CURLcode cstage_set_size(CURL *handle, CURLoption option, curl_off_t value);
CURLcode cstage_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode cstage_set_pointer(CURL *handle, CURLoption option, void *value);

/// Who is told of each header line, of each piece of the body, of each address before there is a
/// socket for it, and of each connection before it is used; all with the same context.
CURLcode cstage_set_callbacks(CURL *handle, curl_write_callback header, curl_write_callback body,
                              curl_opensocket_callback socket, curl_prereq_callback connected,
                              void *context);

/// curl_easy_getinfo for numbers; 0 when it is not known.
long cstage_get_number(CURL *handle, CURLINFO info);
curl_off_t cstage_get_size(CURL *handle, CURLINFO info);

#endif
