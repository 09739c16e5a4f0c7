#include "engine/event/value.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {
namespace {

Value object(std::vector<Member> members, Arena& arena) {
    return object_of(members, arena);
}

TEST(Value, ShortStringsAreInsideAndLongOnesAreViews) {
    const std::string text(40, 'x');
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const Value value = Value::bytes(std::string_view(text).substr(0, size));
        EXPECT_EQ(value.as_bytes().size(), size);
        EXPECT_EQ(value.as_bytes().data() == text.data(), size > Value::inline_capacity);
    }
}

TEST(Value, KindsAreKept) {
    EXPECT_TRUE(Value().is_null());
    EXPECT_TRUE(Value::boolean(true).as_boolean());
    EXPECT_EQ(Value::integer(-5).as_integer(), -5);
    EXPECT_EQ(Value::floating(1.5).as_float(), 1.5);
    EXPECT_EQ(Value::timestamp({-62135596800, 999'999'999}).as_timestamp(),
              (Timestamp{-62135596800, 999'999'999}));
}

TEST(Value, EqualityComparesContents) {
    Arena arena;
    const Value items[] = {Value::integer(1), Value::bytes("a long string, kept as a view")};
    const std::string copy = "a long string, kept as a view";
    const Value same[] = {Value::integer(1), Value::bytes(copy)};
    EXPECT_TRUE(equal(array_of(items, arena), array_of(same, arena)));
    EXPECT_FALSE(equal(Value::integer(1), Value::floating(1)));
    EXPECT_TRUE(
        equal(object({{"a", Value::null()}}, arena), object({{"a", Value::null()}}, arena)));
    EXPECT_FALSE(
        equal(object({{"a", Value::null()}}, arena), object({{"b", Value::null()}}, arena)));
}

TEST(Value, DeepCopyNeedsNothingOfTheOriginal) {
    Arena kept;
    Value copy;
    {
        Arena arena;
        const std::string text = "a string that does not fit inside";
        const Value items[] = {Value::bytes(text)};
        copy = deep_copy(object({{"k", array_of(items, arena)}}, arena), kept);
    }
    const Value& item = copy.as_object().find("k")->as_array().items[0];
    EXPECT_EQ(item.as_bytes(), "a string that does not fit inside");
}

TEST(Container, ObjectsSortAndTheLastOfEqualKeysCounts) {
    Arena arena;
    const Value value = object(
        {{"b", Value::integer(1)}, {"a", Value::integer(2)}, {"b", Value::integer(3)}}, arena);
    ASSERT_EQ(value.as_object().size(), 2);
    EXPECT_EQ(value.as_object().shape->key(0), "a");
    EXPECT_EQ(value.as_object().find("b")->as_integer(), 3);
    EXPECT_EQ(value.as_object().find("c"), nullptr);
}

TEST(Container, AlikeObjectsShareAShape) {
    Arena arena;
    const Value a = object({{"x", Value::null()}, {"y", Value::null()}}, arena);
    const Value b = object({{"y", Value::null()}, {"x", Value::null()}}, arena);
    EXPECT_EQ(a.as_object().shape, b.as_object().shape);
}

TEST(Container, MembersAreInsertedAndRemoved) {
    Arena arena;
    Value value = Value::object(new_object(Shape::empty(), arena));
    ObjectNode& node = writable_object(value, arena);
    for (int i = 50; i > 0; --i)
        insert_member(node, "k" + std::to_string(i), arena) = Value::integer(i);
    EXPECT_EQ(node.size(), 50);
    for (int i = 1; i <= 50; ++i)
        EXPECT_EQ(node.find("k" + std::to_string(i))->as_integer(), i);
    EXPECT_TRUE(remove_member(node, "k7", arena));
    EXPECT_FALSE(remove_member(node, "k7", arena));
    EXPECT_EQ(node.find("k7"), nullptr);
    EXPECT_EQ(node.find("k8")->as_integer(), 8);
    insert_member(node, "k7", arena) = Value::integer(70);
    EXPECT_EQ(node.find("k7")->as_integer(), 70);
}

TEST(Container, ItemsAreInsertedAndRemoved) {
    Arena arena;
    ArrayNode* array = new_array(0, arena);
    for (int i = 0; i < 20; ++i)
        push_item(*array, Value::integer(i), arena);
    insert_item(*array, 0, Value::integer(-1), arena);
    insert_item(*array, 10, Value::integer(100), arena);
    remove_item(*array, 1);
    EXPECT_EQ(array->size, 21);
    EXPECT_EQ(array->items[0].as_integer(), -1);
    EXPECT_EQ(array->items[9].as_integer(), 100);
    EXPECT_EQ(array->items[20].as_integer(), 19);
}

TEST(Container, WritingCopiesForeignAndFrozenNodes) {
    Arena arena;
    Arena other;
    const Value original = object({{"a", object({{"b", Value::integer(1)}}, arena)}}, arena);
    Value foreign = original;
    Value& inner = insert_member(writable_object(foreign, other), "a", other);
    insert_member(writable_object(inner, other), "b", other) = Value::integer(2);
    EXPECT_EQ(original.as_object().find("a")->as_object().find("b")->as_integer(), 1);
    EXPECT_EQ(foreign.as_object().find("a")->as_object().find("b")->as_integer(), 2);

    Value first = original;
    freeze(first, arena);
    Value second = first;
    insert_member(writable_object(second, arena), "c", arena) = Value::integer(3);
    EXPECT_EQ(first.as_object().find("c"), nullptr);
    // The copy shares the inner node, which is frozen by that.
    Value& shared = insert_member(writable_object(second, arena), "a", arena);
    insert_member(writable_object(shared, arena), "b", arena) = Value::integer(9);
    EXPECT_EQ(first.as_object().find("a")->as_object().find("b")->as_integer(), 1);
}

/// Whether objects of 6,000 different shapes are all right.
bool many_shapes_are_right() {
    Arena arena;
    for (int i = 0; i < 6000; ++i) {
        const std::string key = "bound" + std::to_string(i);
        const Value value = object({{key, Value::integer(i)}, {"z", Value::null()}}, arena);
        Value grown = value;
        insert_member(writable_object(grown, arena), "more", arena) = Value::integer(1);
        if (value.as_object().find(key)->as_integer() != i ||
            grown.as_object().find(key)->as_integer() != i ||
            grown.as_object().find("more")->as_integer() != 1) {
            return false;
        }
    }
    return true;
}

// In a process of its own, because it fills the table of shapes for good. (GoogleTest's death tests
// match messages with regexec, which under the address sanitizer is another library's than their
// regcomp: Oniguruma exports the latter.)
TEST(Shape, ManyShapesStayRightPastTheBound) {
    const ::pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::_Exit(many_shapes_are_right() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(Arena, AllocationsDoNotOverlapAndRewindReuses) {
    Arena arena;
    std::vector<std::string_view> texts;
    for (std::size_t i = 0; i < 2000; ++i)
        texts.push_back(arena.copy(std::string(i % 700, static_cast<char>('a' + i % 26))));
    static_cast<void>(arena.allocate(std::size_t{1} << 20));
    for (std::size_t i = 0; i < texts.size(); ++i)
        ASSERT_EQ(texts[i], std::string(i % 700, static_cast<char>('a' + i % 26)));
    arena.rewind();
    const std::size_t footprint = arena.footprint();
    static_cast<void>(arena.allocate(100));
    EXPECT_EQ(arena.footprint(), footprint);
}

TEST(Object, ManyMembersTakeMemoryInProportion) {
    Arena arena;
    Value value = object({}, arena);
    for (int i = 0; i < 20'000; ++i) {
        insert_member(writable_object(value, arena), "k" + std::to_string(i), arena) =
            Value::integer(i);
    }
    EXPECT_LT(arena.footprint(), std::size_t{8} << 20);
    Arena other;
    Value copy = value;
    freeze(copy, arena);
    insert_member(writable_object(copy, other), "new", other) = Value::boolean(true);
    EXPECT_EQ(copy.as_object().size(), 20'001U);
    EXPECT_EQ(value.as_object().size(), 20'000U);
    EXPECT_EQ(value.as_object().find("new"), nullptr);
    ASSERT_NE(copy.as_object().find("k12345"), nullptr);
    EXPECT_EQ(copy.as_object().find("k12345")->as_integer(), 12'345);
}

TEST(EstimatedSize, IsTheJsonSizeWithoutEscapes) {
    Arena arena;
    const Value items[] = {Value::integer(-10), Value::boolean(false), Value::null()};
    const Value value = object({{"a", array_of(items, arena)}, {"b", Value::bytes("xy")}}, arena);
    EXPECT_EQ(estimated_json_size(value),
              std::string_view(R"({"a":[-10,false,null],"b":"xy"})").size());
}

}  // namespace
}  // namespace engine
