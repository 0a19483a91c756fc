/* The least that does the job, for comparison: one libmodbus thread a line, an SQLite WAL file written in
 * batches of 100 ms, and one MQTT publish a sample at QoS 1. No configuration, no decoding rules, no reasons
 * for what is missing, no order, no recovery of a confused line. usage: plant_load_baseline BROKER_PORT
 * DATABASE METERS REGISTERS PORT...     (one PORT a line) */
#include <MQTTAsync.h>
#include <modbus.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kQueue = 8192, kMostRegisters = 125, kInFlight = 200 };

struct sample {
    int line, meter;
    int64_t slot;
    uint16_t registers[kMostRegisters];
};

static struct sample queue[kQueue];
static unsigned queue_head, queue_tail;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t stopping;
static volatile int in_flight;
static int meters, registers, port_of_line[64];
static MQTTAsync client;

static void on_signal(int number) {
    (void)number;
    stopping = 1;
}

static void* poll_line(void* argument) {
    const int line = (int)(intptr_t)argument;
    modbus_t* bus = modbus_new_tcp("127.0.0.1", port_of_line[line]);
    if (bus == NULL || modbus_connect(bus) != 0) return NULL;
    int64_t slot = (int64_t)time(NULL) + 1;
    for (; !stopping; ++slot) {
        const struct timespec due = {.tv_sec = slot};
        clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &due, NULL);
        for (int meter = 1; meter <= meters && !stopping; ++meter) {
            struct sample sample = {.line = line, .meter = meter, .slot = slot};
            modbus_set_slave(bus, meter);
            if (modbus_read_registers(bus, 0, registers, sample.registers) != registers) continue;
            pthread_mutex_lock(&lock);
            if (queue_head - queue_tail < kQueue) queue[queue_head++ % kQueue] = sample;
            pthread_mutex_unlock(&lock);
        }
    }
    modbus_free(bus);
    return NULL;
}

static void acknowledged(void* context, MQTTAsync_successData* answer) {
    (void)context;
    (void)answer;
    __atomic_sub_fetch(&in_flight, 1, __ATOMIC_RELAXED);
}

static void publish(const struct sample* sample) {
    char text[4096];
    int length = snprintf(text, sizeof text, "{\"line\":%d,\"meter\":%d,\"slot\":%lld,\"values\":[",
                          sample->line, sample->meter, (long long)sample->slot);
    for (int i = 0; i + 1 < registers; i += 2) {
        const uint32_t value = (uint32_t)sample->registers[i] << 16 | sample->registers[i + 1];
        float number;
        memcpy(&number, &value, sizeof number);
        length +=
            snprintf(text + length, sizeof text - (size_t)length, i == 0 ? "%.7g" : ",%.7g", (double)number);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "]}");
    MQTTAsync_responseOptions done = MQTTAsync_responseOptions_initializer;
    done.onSuccess = acknowledged;
    __atomic_add_fetch(&in_flight, 1, __ATOMIC_RELAXED);
    if (MQTTAsync_send(client, "baseline/samples", length, text, 1, 0, &done) != MQTTASYNC_SUCCESS) {
        __atomic_sub_fetch(&in_flight, 1, __ATOMIC_RELAXED);
    }
}

static void store_and_publish(const char* path) {
    sqlite3* database;
    sqlite3_stmt* insert;
    if (sqlite3_open(path, &database) != SQLITE_OK) exit(1);
    sqlite3_exec(database,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS sample"
                 "(id INTEGER PRIMARY KEY, slot INTEGER, line INTEGER, meter INTEGER, registers BLOB)",
                 0, 0, 0);
    sqlite3_prepare_v2(database, "INSERT INTO sample(slot,line,meter,registers) VALUES(?,?,?,?)", -1, &insert,
                       NULL);
    static struct sample batch[kQueue];
    while (!stopping) {
        usleep(100000);
        pthread_mutex_lock(&lock);
        const unsigned count = queue_head - queue_tail;
        for (unsigned i = 0; i < count; ++i) batch[i] = queue[queue_tail++ % kQueue];
        pthread_mutex_unlock(&lock);
        if (count == 0) continue;
        sqlite3_exec(database, "BEGIN", 0, 0, 0);
        for (unsigned i = 0; i < count; ++i) {
            sqlite3_bind_int64(insert, 1, batch[i].slot);
            sqlite3_bind_int(insert, 2, batch[i].line);
            sqlite3_bind_int(insert, 3, batch[i].meter);
            sqlite3_bind_blob(insert, 4, batch[i].registers, registers * 2, SQLITE_STATIC);
            sqlite3_step(insert);
            sqlite3_reset(insert);
        }
        sqlite3_exec(database, "COMMIT", 0, 0, 0);
        for (unsigned i = 0; i < count; ++i) {
            while (__atomic_load_n(&in_flight, __ATOMIC_RELAXED) >= kInFlight && !stopping) usleep(1000);
            publish(&batch[i]);
        }
    }
    sqlite3_finalize(insert);
    sqlite3_close(database);
}

int main(int argc, char** argv) {
    if (argc < 6 || argc - 5 > 64) return 64;
    char url[64];
    snprintf(url, sizeof url, "tcp://127.0.0.1:%s", argv[1]);
    meters = atoi(argv[3]);
    registers = atoi(argv[4]);
    signal(SIGTERM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    MQTTAsync_create(&client, url, "plant_load_baseline", MQTTCLIENT_PERSISTENCE_NONE, NULL);
    MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer;
    connect.automaticReconnect = 1;
    connect.maxInflight = kInFlight;
    MQTTAsync_connect(client, &connect);
    while (!MQTTAsync_isConnected(client) && !stopping) usleep(10000);
    pthread_t threads[64];
    for (int line = 0; line < argc - 5; ++line) {
        port_of_line[line] = atoi(argv[5 + line]);
        pthread_create(&threads[line], NULL, poll_line, (void*)(intptr_t)line);
    }
    store_and_publish(argv[2]);
    for (int line = 0; line < argc - 5; ++line) pthread_join(threads[line], NULL);
    MQTTAsync_disconnect(client, NULL);
    MQTTAsync_destroy(&client);
    return 0;
}
