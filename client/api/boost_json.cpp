// Boost.JSON, compiled once: nobody else needs more than its headers.

#include <boost/json/src.hpp>
