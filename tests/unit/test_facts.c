/* Facts on their way: what a hostile worker may write, dates as files write them, XMP, directories
 * that run into themselves, formats in lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/picture.h"
#include "meta/date.h"
#include "meta/facts.h"
#include "meta/ifd.h"
#include "meta/xmp.h"
#include "worker/facts.h"

static struct img_facts take(const char *text, struct img_arena *arena)
{
    struct img_facts facts;
    struct img_err err;
    assert_true(img_facts_take((const uint8_t *)text, strlen(text), arena, &facts, &err));
    return facts;
}

static void only_strict_json_comes_through(void **state)
{
    static const char *const hostile[] = {
        "", "{", "null", "[]", "{\"camera_info\":{}", "{\"camera_info\":{\"a\":01}}",
        "{\"camera_info\":{}} x", "{\"camera_info\":{\"a\":\"\x01\"}}",
        "{\"camera_info\":\"text\",\"gps_info\":[1],\"notes\":{},\"extended\":3}",
    };
    struct img_arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct img_facts facts = take(hostile[i], &arena);
        assert_null(facts.camera_info);
        assert_null(facts.gps_info);
        assert_null(facts.notes);
        assert_null(facts.extended);
    }
    struct img_facts facts = take("{\"camera_info\":{\"make\":\"A\"},\"gps_info\":null,"
                                  "\"notes\":[\"b\"],\"other\":1}", &arena);
    assert_string_equal(facts.camera_info, "{\"make\":\"A\"}");
    assert_null(facts.gps_info);
    assert_string_equal(facts.notes, "[\"b\"]");
    img_arena_clear(&arena);
}

static void dates_in_xmp(void **state)
{
    static const struct {
        const char *text, *date;
    } cases[] = {
        {"2010-07-11T13:53:00+02:00", "2010-07-11T13:53:00+02:00"},
        {"2010-07-11T13:53Z", "2010-07-11T13:53:00+00:00"},
        {"2010-07-11T13:53:01.250", "2010-07-11T13:53:01.250"},
        {"2010-07-11T13:53", "2010-07-11T13:53:00"},
        {"2010-07-11", ""},
        {"0000-00-00T00:00:00Z", ""},
        {"2010-02-30T00:00:00Z", ""},
        {"2010-07-11T25:53", ""},
        {"2010-07-11T13:53+99:00", "2010-07-11T13:53:00"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char date[40] = "";
        img_date_iso(cases[i].text, strlen(cases[i].text), date);
        assert_string_equal(date, cases[i].date);
    }
}

static void properties_in_xmp(void **state)
{
    static const char packet[] =
        "<r:D my:xmp:Rating=\"1\" notxmp:Rating=\"2\" xmp:Rating = '4' xmp:Label=\"x\">"
        "<dc:creator>\n<rdf:Seq>\n<rdf:li>Ann Onym</rdf:li></rdf:Seq></dc:creator>"
        "<dc:title/><dc:rights></dc:rights><xmp:CreateDate>2010-07-11T13:53Z</xmp:CreateDate>";
    const char *text;
    size_t len;
    struct img_info info = {0};
    const uint8_t *bytes = (const uint8_t *)packet;
    (void)state;
    assert_true(img_xmp_find(bytes, strlen(packet), "xmp:Rating", &text, &len));
    assert_int_equal(len, 1);
    assert_memory_equal(text, "4", 1);
    assert_true(img_xmp_find(bytes, strlen(packet), "dc:creator", &text, &len));
    assert_int_equal(len, 8);
    assert_memory_equal(text, "Ann Onym", 8);
    assert_false(img_xmp_find(bytes, strlen(packet), "dc:title", &text, &len));
    assert_false(img_xmp_find(bytes, strlen(packet), "dc:rights", &text, &len));
    assert_false(img_xmp_find(bytes, strlen(packet), "xmp:Nick", &text, &len));
    img_xmp_dates(bytes, strlen(packet), &info);
    assert_string_equal(info.creation_date, "2010-07-11T13:53:00+00:00");
    for (size_t cut = 0; cut < strlen(packet); cut++)
        img_xmp_dates(bytes, cut, &info);
}

static void check_place(const char *packet, const char *expected, const char *note)
{
    struct img_buf gps = {0}, notes = {0};
    const struct img_block xmp = {(const uint8_t *)packet, strlen(packet)};
    img_gps_put_xmp(&gps, xmp, &notes);
    assert_string_equal(gps.len > 0 ? gps.data : "", expected);
    assert_string_equal(notes.len > 0 ? notes.data : "", note);
    img_buf_clear(&gps);
    img_buf_clear(&notes);
}

static void places_in_xmp(void **state)
{
    (void)state;
    check_place(" exif:GPSLatitude=\"51,30.5N\" exif:GPSLongitude=\"0,7,39W\" "
                "exif:GPSAltitude=\"1234/10\" exif:GPSAltitudeRef=\"1\" "
                "exif:GPSTimeStamp=\"2021-05-06T07:08:09Z\"",
                "{\"latitude\":51.50833333333333,\"longitude\":-0.1275,\"altitude\":-123.4,"
                "\"timestamp\":\"2021-05-06T07:08:09+00:00\"}", "");
    check_place("<exif:GPSLatitude>0,0S</exif:GPSLatitude><exif:GPSLongitude>180,0E<",
                "{\"latitude\":0,\"longitude\":180}", "");
    check_place(" exif:GPSLatitude=\"51,30.5N\"", "", "");
    check_place(" exif:GPSLatitude=\"91,0N\" exif:GPSLongitude=\"1,2E\"", "",
                "\"latitude of '91,0N' in XMP is nonsense\"");
    check_place(" exif:GPSLatitude=\"51N\" exif:GPSLongitude=\"1,60E\"", "",
                "\"latitude of '51N' in XMP is nonsense\",\"longitude of '1,60E' in XMP is nonsense\"");
}

/* A chain of count empty directories, the last of which points to the directory number back. */
static uint32_t pages_of_chain(uint32_t count, uint32_t back)
{
    size_t len = 8 + count * 6;
    uint8_t *bytes = calloc(1, len);
    struct img_ifd_file file;
    assert_non_null(bytes);
    memcpy(bytes, "II*\0\x08", 5);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t next = i + 1 < count ? 8 + (i + 1) * 6 : back < count ? 8 + back * 6 : 0;
        for (unsigned k = 0; k < 4; k++)
            bytes[8 + i * 6 + 2 + k] = (uint8_t)(next >> 8 * k);
    }
    assert_true(img_ifd_open(&file, bytes, len));
    uint32_t pages = img_ifd_pages(&file, 1000);
    free(bytes);
    return pages;
}

static void directories_that_run_into_themselves(void **state)
{
    (void)state;
    for (uint32_t count = 1; count < 40; count++) {
        assert_int_equal(pages_of_chain(count, UINT32_MAX), count);
        for (uint32_t back = 0; back < count; back++)
            assert_int_equal(pages_of_chain(count, back), count);
    }
    assert_int_equal(pages_of_chain(2000, UINT32_MAX), 1000);
}

static void lists_of_formats(void **state)
{
    uint32_t formats;
    struct img_err err;
    (void)state;
    assert_true(img_formats_wanted("", "", &formats, &err));
    assert_int_equal(formats, IMG_FORMATS_USUAL);
    assert_true(img_formats_wanted(".jpg, png,,TIF", "", &formats, &err));
    assert_int_equal(formats, 1U << IMG_FORMAT_JPEG | 1U << IMG_FORMAT_PNG | 1U << IMG_FORMAT_TIFF);
    assert_true(img_formats_wanted("", "svg,pdf", &formats, &err));
    assert_int_equal(formats, UINT32_MAX);
    assert_true(img_formats_wanted("jpg", "svg", &formats, &err));
    assert_int_equal(formats, 1U << IMG_FORMAT_JPEG | 1U << IMG_FORMAT_SVG);
    assert_false(img_formats_wanted("jpg,jpgg", "", &formats, &err));
    assert_string_equal(err.text, "supported_formats: 'jpgg' is no picture format");
    assert_false(img_formats_wanted("", "svgg", &formats, &err));
    assert_string_equal(err.text, "allow: 'svgg' is no picture format");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_strict_json_comes_through),
        cmocka_unit_test(dates_in_xmp),
        cmocka_unit_test(properties_in_xmp),
        cmocka_unit_test(places_in_xmp),
        cmocka_unit_test(directories_that_run_into_themselves),
        cmocka_unit_test(lists_of_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
