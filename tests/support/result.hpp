#pragma once
// How doctest prints a Result, once for all tests.

#include "platform/result.hpp"

#include <doctest/doctest.h>

template <class T>
struct doctest::StringMaker<outrider::Result<T>> {
    static doctest::String convert(const outrider::Result<T>& result) {
        if (result.has_value()) return "a value";
        const std::string text =
            std::string(outrider::name(result.error().fault)) + ": " + result.error().detail;
        return text.c_str();
    }
};
