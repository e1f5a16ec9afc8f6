// gradus reproduce --list: what is known of every method.
#pragma once

namespace gradus {

void list_methods(bool json);

}  // namespace gradus
