// What curl's variadic functions and the newest system calls need to be called from Swift.
#ifndef SWITCHYARD_CSTAGE_H
#define SWITCHYARD_CSTAGE_H

#include <curl/curl.h>

/// curl_easy_setopt for each kind of argument.
CURLcode cstage_set_number(CURL *handle, CURLoption option, long value);
CURLcode cstage_set_size(CURL *handle, CURLoption option, curl_off_t value);
CURLcode cstage_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode cstage_set_pointer(CURL *handle, CURLoption option, void *value);

#endif
