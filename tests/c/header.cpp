// The header is C++17 as it stands, and its functions have C linkage.
#include <cratetrust.h>

#include <cstring>
#include <memory>

int main()
{
    std::unique_ptr<cratetrust_options, decltype(&cratetrust_options_free)> options(
        cratetrust_options_new(), cratetrust_options_free);
    return options && std::strcmp(cratetrust_version(), CRATETRUST_VERSION) == 0 ? 0 : 1;
}
