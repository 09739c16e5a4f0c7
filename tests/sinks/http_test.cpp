#include <gtest/gtest.h>
TEST(HttpSink, Placeholder) {}
