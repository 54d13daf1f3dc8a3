package com.example.words;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A worker: it runs the tasks of the beans in this package. */
@SpringBootApplication
public class WordWorker {

  /** Starts the worker; SIGTERM stops it after the tasks that run. */
  public static void main(String[] args) {
    SpringApplication.run(WordWorker.class, args);
  }
}
